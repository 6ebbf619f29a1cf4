using Kith.Delivery;
using Kith.Messaging;
using Kith.Wire;

namespace Kith.Node.Loop;

/// <summary>What the messenger causes outside of its stores, held back until the commit and then let out in the order in which it was caused.</summary>
internal sealed class HeldEffects : IEffects
{
    private readonly List<Effect> _held = [];

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

    public void Publish(MessengerEvent happened) => _held.Add(new Effect { Kind = Kind.Publish, Payload = happened });

    public void Enqueued(OutboxItem item) => _held.Add(new Effect { Kind = Kind.Enqueued, Payload = item });

    public void Settled(AccountId peer, MessageId id) => _held.Add(new Effect { Kind = Kind.Settled, Peer = peer, Id = id });

    public void SendOnce(AccountId peer, ReadOnlyMemory<byte> envelope) => _held.Add(new Effect { Kind = Kind.SendOnce, Peer = peer, Envelope = envelope });

    public void RequestBundle(AccountId peer) => _held.Add(new Effect { Kind = Kind.RequestBundle, Peer = peer });

    public void PeerChanged(AccountId peer, PeerEndpoint? endpoint) => _held.Add(new Effect { Kind = Kind.PeerChanged, Peer = peer, Payload = endpoint });

    /// <summary>Anything else that must wait for the commit.</summary>
    public void After(Action action) => _held.Add(new Effect { Kind = Kind.Action, Payload = action });

    /// <summary>Forgets everything: the transaction was rolled back.</summary>
    public void Drop() => _held.Clear();

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
                    outbound.SendOnce(effect.Peer, effect.Envelope);
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

        _held.Clear();
        outbound.Flush();
    }

    private readonly struct Effect
    {
        public Kind Kind { get; init; }

        public AccountId Peer { get; init; }

        public MessageId Id { get; init; }

        public ReadOnlyMemory<byte> Envelope { get; init; }

        public object? Payload { get; init; }
    }
}
