using Kith.Wire;

namespace Kith.Delivery;

/// <summary>A way for envelopes to reach a peer. What a route takes it may lose: the outbox keeps an item until its receipt has come.</summary>
public interface IRoute
{
    /// <summary>Which one.</summary>
    RouteKind Kind { get; }

    /// <summary>
    /// Takes envelopes for a peer, from the front as many as there is room for; returns how many. Never waits. What was taken leaves in order. After it has taken less
    /// than all, the route says when there is room again.
    /// </summary>
    int Send(AccountId peer, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes);

    /// <summary>Which item an envelope is that was just taken: for a route that goes on trying by itself.</summary>
    void Took(AccountId peer, MessageId item, ReadOnlyMemory<byte> envelope)
    {
    }

    /// <summary>An item has its receipt, whichever way that came, or is withdrawn: nothing more is to be tried for it.</summary>
    void Settled(AccountId peer, MessageId item)
    {
    }
}
