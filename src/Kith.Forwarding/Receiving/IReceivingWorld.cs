using Kith.Wire;

namespace Kith.Forwarding.Receiving;

/// <summary>What receiving needs of the world; each call returns at once.</summary>
public interface IReceivingWorld
{
    /// <summary>An envelope is whole, for the first time. Tell <see cref="ReceivingCore.Committed"/> once it is safe: before that it is not acknowledged.</summary>
    void Deliver(long now, AccountId from, MessageId id, ReadOnlyMemory<byte> envelope);

    /// <summary>Acknowledges a message by a reply block of its sender's.</summary>
    void Acknowledge(long now, ReadOnlyMemory<byte> replyBlock);
}
