using Kith.Wire;

namespace Kith.Delivery;

/// <summary>
/// Leaves envelopes with nodes that keep them until the peer fetches them. Of each that it took it says once what became of it, in a later piece of work:
/// <see cref="DeliveryCore.Stored"/> or <see cref="DeliveryCore.Refused"/>, unless it was withdrawn before. What it took is gone with the run: the outbox has it.
/// </summary>
public interface IDropRoute
{
    /// <summary>Takes envelopes for a peer, from the front as many as there is room for; returns how many. Never waits.</summary>
    int Put(AccountId peer, ReadOnlySpan<DropParcel> parcels);

    /// <summary>One that was taken and not told of yet is not needed any more: it has reached the peer otherwise, or was sealed anew.</summary>
    void Withdraw(AccountId peer, MessageId id);
}

/// <summary>An envelope for a drop.</summary>
/// <param name="Id">The message.</param>
/// <param name="Envelope">The sealed bytes.</param>
public readonly record struct DropParcel(MessageId Id, ReadOnlyMemory<byte> Envelope);
