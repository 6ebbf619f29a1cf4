using Kith.Crypto;
using Kith.Forwarding.Cover;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Receiving;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <content>The cores' worlds: most of them are other cores.</content>
public sealed partial class ForwardingNode
{
    private sealed class Inside(ForwardingNode node) : ISendingWorld, IReceivingWorld, IMeetingWorld, IMeetingServerWorld, IGuardWorld, ICoverWorld
    {
        public IReadOnlyList<MeetingAddress> MeetingPointsOf(AccountId peer) => node._meetings.GetValueOrDefault(peer) ?? [];

        public void Send(long now, OutgoingPacket packet) => node.SendFirst(packet);

        public void Acknowledged(long now, SentMessage message) => node._world.Acknowledged(message);

        public void GivenUp(long now, SentMessage message) => node._world.GivenUp(message);

        public void HasRoom(long now) => node._world.HasRoom();

        public void Deliver(long now, AccountId from, MessageId id, ReadOnlyMemory<byte> envelope) => node._world.Received(from, id, envelope);

        public void Acknowledge(long now, ReadOnlyMemory<byte> replyBlock) => node.Acknowledge(now, replyBlock);

        public void Register(X25519PublicKey guard, MeetingSecret secret) => node._world.Register(guard, secret);

        public void Forget(X25519PublicKey guard, MeetingSecret secret) => node._world.Forget(guard, secret);

        public void Received(long now, AccountId from, Piece piece) => node.Receiving.Take(now, from, piece);

        public void AddressesChanged(long now, AccountId contact) => node._world.AddressesChanged(contact);

        public void Deliver(X25519PublicKey session, NodeHandle handle, ReadOnlyMemory<byte> payload) => node._world.Deliver(session, MeetingDelivery.Make(handle, payload.Span, node._random));

        public void Send(long now, HopAddress to, ReadOnlyMemory<byte> packet) => node._world.Send(to, packet);

        public void Connect(ForwarderDescriptor guard) => node._world.Connect(guard);

        public void Disconnect(X25519PublicKey guard) => node._world.Disconnect(guard);

        public void GuardsChanged(long now)
        {
            node.Meetings.Changed(now);
            node.Sending.Changed(now);
        }
    }
}
