namespace Kith.Messaging.Envelopes;

/// <summary>What an envelope holds: the message types of the Signal protocol, with Signal's own numbers.</summary>
public enum EnvelopeKind : byte
{
    /// <summary>A message of an established session.</summary>
    Whisper = 2,

    /// <summary>A message that can start a session.</summary>
    PreKey = 3,
}
