using Kith.Delivery;
using Kith.Messaging;
using Kith.Wire;

namespace Kith.Node.Loop;

/// <summary>What the messenger causes outside of its stores, held back until the commit and then let out in the order in which it was caused.</summary>
internal sealed class HeldEffects : IEffects
{
    private readonly List<Effect> _held = [];

    // Said once for all that changed: whoever hears it asks for the whole.
    private bool _findingChanged;
    private bool _boxesChanged;
    private bool _onionChanged;

    private enum Kind
    {
        Publish,
        Enqueued,
        Settled,
        SendOnce,
        RequestBundle,
        PeerChanged,
        Action,
    }

    /// <summary>
    /// Whether something is held that must not get out before the commit: a promise to a peer (a receipt, a message) or a step that builds on what was written. That a
    /// message of ours has been delivered or read is none: it is true whatever becomes of our own note of it, and were the note lost, the message would be sent again,
    /// and its receipt with it.
    /// </summary>
    public bool Binding { get; private set; }

    public void Publish(MessengerEvent happened) => Hold(new Effect { Kind = Kind.Publish, Payload = happened });

    public void Enqueued(OutboxItem item) => Hold(new Effect { Kind = Kind.Enqueued, Payload = item });

    public void Settled(AccountId peer, MessageId id) => Hold(new Effect { Kind = Kind.Settled, Peer = peer, Id = id });

    public void SendOnce(AccountId peer, ReadOnlyMemory<byte> envelope, RouteKind otherwise = RouteKind.Direct) => Hold(new Effect { Kind = Kind.SendOnce, Peer = peer, Envelope = envelope, Otherwise = otherwise });

    public void RequestBundle(AccountId peer) => Hold(new Effect { Kind = Kind.RequestBundle, Peer = peer });

    public void PeerChanged(AccountId peer, PeerEndpoint? endpoint) => Hold(new Effect { Kind = Kind.PeerChanged, Peer = peer, Payload = endpoint });

    public void FindingChanged()
    {
        _findingChanged = true;
        Binding = true;
    }

    public void BoxesChanged()
    {
        _boxesChanged = true;
        Binding = true;
    }

    public void OnionChanged()
    {
        _onionChanged = true;
        Binding = true;
    }

    /// <summary>Anything else that must wait for the commit.</summary>
    public void After(Action action) => Hold(new Effect { Kind = Kind.Action, Payload = action });

    /// <summary>Forgets everything: the transaction was rolled back.</summary>
    public void Drop()
    {
        _held.Clear();
        _findingChanged = false;
        _boxesChanged = false;
        _onionChanged = false;
        Binding = false;
    }

    /// <summary>Lets everything out.</summary>
    public void Release(IOutbound outbound, Action<MessengerEvent> publish)
    {
        // By index: what is let out may cause more, which belongs to the same release.
        for (var i = 0; i < _held.Count; i++)
        {
            var effect = _held[i];
            switch (effect.Kind)
            {
                case Kind.Publish:
                    publish((MessengerEvent)effect.Payload!);
                    break;
                case Kind.Enqueued:
                    outbound.Enqueued((OutboxItem)effect.Payload!);
                    break;
                case Kind.Settled:
                    outbound.Settled(effect.Peer, effect.Id);
                    break;
                case Kind.SendOnce:
                    outbound.SendOnce(effect.Peer, effect.Envelope, effect.Otherwise);
                    break;
                case Kind.RequestBundle:
                    outbound.RequestBundle(effect.Peer);
                    break;
                case Kind.PeerChanged:
                    outbound.PeerChanged(effect.Peer, (PeerEndpoint?)effect.Payload);
                    break;
                case Kind.Action:
                    ((Action)effect.Payload!)();
                    break;
            }
        }

        if (_findingChanged)
            outbound.FindingChanged();
        if (_boxesChanged)
            outbound.BoxesChanged();
        if (_onionChanged)
            outbound.OnionChanged();
        Drop();
        outbound.Flush();
    }

    private void Hold(in Effect effect)
    {
        _held.Add(effect);
        Binding |= effect.Kind is not (Kind.Publish or Kind.Settled);
    }

    private readonly struct Effect
    {
        public Kind Kind { get; init; }

        public AccountId Peer { get; init; }

        public MessageId Id { get; init; }

        public ReadOnlyMemory<byte> Envelope { get; init; }

        public RouteKind Otherwise { get; init; }

        public object? Payload { get; init; }
    }
}
