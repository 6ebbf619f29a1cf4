using Kith.Wire;

namespace Kith.Messaging.Envelopes;

/// <summary>What goes into an envelope, or came out of one. The message id stands outside the ratchet so that a duplicate can be acknowledged again without it.</summary>
/// <param name="kind">The type of the Signal message.</param>
/// <param name="id">The message's id.</param>
/// <param name="senderDevice">The sender's device id, 1 to 127.</param>
/// <param name="ciphertext">The Signal message. From an opener: valid until its next call.</param>
public readonly ref struct EnvelopeContent(EnvelopeKind kind, MessageId id, byte senderDevice, ReadOnlySpan<byte> ciphertext)
{
    /// <summary>The type of the Signal message.</summary>
    public EnvelopeKind Kind { get; } = kind;

    /// <summary>The message's id: from outside the ratchet, so only as true as whoever holds the pair's keys (or, anonymous, nobody) makes it.</summary>
    public MessageId Id { get; } = id;

    /// <summary>The sender's device id.</summary>
    public byte SenderDevice { get; } = senderDevice;

    /// <summary>The Signal message.</summary>
    public ReadOnlySpan<byte> Ciphertext { get; } = ciphertext;
}
