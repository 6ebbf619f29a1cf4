using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Service;
using Kith.Forwarding.Sphinx;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <content>The node's world. Everything here is called with the gate held.</content>
public sealed partial class ForwardingHost
{
    private sealed class World(ForwardingHost host) : IForwardingWorld
    {
        public OwnNetworks Networks => host._networks;

        public void Send(HopAddress to, ReadOnlyMemory<byte> packet)
        {
            if (to.Kind == HopAddressKind.Session)
                Deliver(to.SessionKey, packet);
            else if (to.Kind == HopAddressKind.Onion ? !TrySendToGuard(to, packet) : !host._isOnionOnly && MaySend(to.Endpoint))
                host._sessions.Send(to, packet);
        }

        // Where our own links go through Tor the session that stands serves both ways.
        private bool TrySendToGuard(HopAddress to, ReadOnlyMemory<byte> packet) =>
            host._isOnionOnly && host._node.Guards.Live.FirstOrDefault(guard => guard.Node.Onion == new OnionPoint(to.Onion, to.OnionPort)) is { Node.Key: var key }
            && host._guardLinks.GetValueOrDefault(key)?.TrySend(packet.Span) == true;

        // Who forwards is told by strangers where packets go: not to its own machine or house, unless it is known to others by an address of there.
        private bool MaySend(Endpoint to) => host._own is { } own ? own.Endpoints.Any(at => host._networks.MayFollow(at, to)) : host._networks.MayContact(to);

        public void Deliver(X25519PublicKey session, ReadOnlyMemory<byte> datagram) => host._byKey.GetValueOrDefault(session)?.TrySend(datagram.Span);

        public void Received(AccountId from, MessageId id, ReadOnlyMemory<byte> envelope) => Tell(observer => observer.Received(from, id, envelope));

        public void Acknowledged(SentMessage message) => Tell(observer => observer.Acknowledged(message));

        public void GivenUp(SentMessage message) => Tell(observer => observer.GivenUp(message));

        public void HasRoom() => Tell(static observer => observer.HasRoom());

        public void AddressesChanged(AccountId contact) => Tell(observer => observer.AddressesChanged(contact));

        public void Look(NodeId key) => host._outside.Enqueue(() => host.Keep(host.LookAsync(key)));

        public void Announce(NodeId key) => host._outside.Enqueue(() => host.Keep(host.AnnounceAsync(key)));

        public void Ask(Endpoint neighbour) => host._outside.Enqueue(() => host.Keep(host.AskAsync(neighbour)));

        public void Ask(OnionPoint neighbour) => host._outside.Enqueue(() => host.Keep(host.AskAsync(neighbour)));

        public void Connect(ForwarderDescriptor guard)
        {
            if (!host._guardKeys.TryGetValue(guard.Key, out var key))
                host._guardKeys.Add(guard.Key, key = X25519PrivateKey.Generate(host._parts.Random));
            host._outside.Enqueue(() => host.Keep(host.GuardAsync(guard, key)));
        }

        public void Disconnect(X25519PublicKey guard)
        {
            // Should it be a guard again, it is one under another key, and what is under way for this one is of no account.
            host._guardKeys.Remove(guard);
            if (host._guardLinks.Remove(guard, out var link))
                host._outside.Enqueue(link.End);
        }

        public void Register(X25519PublicKey guard, MeetingSecret secret) => host._guardLinks.GetValueOrDefault(guard)?.Write(new RegisterFrame(secret));

        public void Forget(X25519PublicKey guard, MeetingSecret secret) => host._guardLinks.GetValueOrDefault(guard)?.Write(new ForgetFrame(secret));

        private void Tell(Action<IForwardingObserver> tell) => host._outside.Enqueue(() => tell(host._parts.Observer));
    }
}
