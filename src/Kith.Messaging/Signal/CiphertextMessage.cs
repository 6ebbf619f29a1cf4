namespace Kith.Messaging.Signal;

/// <summary>Which of the two forms a ciphertext has; the numbers are libsignal's.</summary>
public enum CiphertextKind : byte
{
    /// <summary>A message of a session that both sides know.</summary>
    Whisper = 2,

    /// <summary>A message that carries what the other side needs to make the session, sent until it answers.</summary>
    PreKey = 3,
}

/// <summary>A ciphertext and its form; the form is not in the bytes and travels beside them.</summary>
public readonly record struct CiphertextMessage(CiphertextKind Kind, byte[] Bytes);
