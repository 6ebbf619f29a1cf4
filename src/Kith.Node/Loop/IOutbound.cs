using Kith.Delivery;
using Kith.Messaging;
using Kith.Wire;

namespace Kith.Node.Loop;

/// <summary>Where effects go after the commit, on the loop: towards other nodes.</summary>
internal interface IOutbound
{
    /// <inheritdoc cref="IEffects.Enqueued"/>
    void Enqueued(OutboxItem item);

    /// <inheritdoc cref="IEffects.Settled"/>
    void Settled(AccountId peer, MessageId id);

    /// <inheritdoc cref="IEffects.SendOnce"/>
    void SendOnce(AccountId peer, ReadOnlyMemory<byte> envelope, RouteKind otherwise);

    /// <inheritdoc cref="IEffects.RequestBundle"/>
    void RequestBundle(AccountId peer);

    /// <inheritdoc cref="IEffects.PeerChanged"/>
    void PeerChanged(AccountId peer, PeerEndpoint? endpoint);

    /// <inheritdoc cref="IEffects.FindingChanged"/>
    void FindingChanged();

    /// <inheritdoc cref="IEffects.BoxesChanged"/>
    void BoxesChanged();

    /// <inheritdoc cref="IEffects.OnionChanged"/>
    void OnionChanged();

    /// <summary>The last work item of a batch has run: still inside the transaction, before the messenger ends the batch.</summary>
    void EndBatch();

    /// <summary>Everything of a batch has been said: hand it on.</summary>
    void Flush();

    /// <summary>A transaction was rolled back: what waits is read from the store again.</summary>
    void Restart();
}
