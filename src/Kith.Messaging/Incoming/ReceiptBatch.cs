using System.Runtime.InteropServices;
using Kith.Delivery;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Incoming;

/// <summary>
/// The delivery receipts of one batch: one envelope for all that came from one contact, made in the transaction that commits what came. Through forwarders a receipt is a message of its own, of some seventy packets: there at most
/// one leaves for a contact in <see cref="ForwardPause"/>, for all that came meanwhile.
/// </summary>
internal sealed class ReceiptBatch(Surroundings around, Outbound outbound)
{
    /// <summary>The least time between two receipts to a contact through forwarders, milliseconds. The first leaves at once.</summary>
    public const long ForwardPause = 500;

    private readonly Dictionary<Contact, Received> _received = [];
    private readonly Dictionary<Contact, Received> _held = []; // made when their contacts' pauses end; lost with the process, and then asked for again by what is repeated
    private readonly Dictionary<Contact, long> _saidAt = []; // through forwarders; those of the last pause alone

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long? NextDeadline => _held.Count == 0 ? null : _held.Keys.Min(SayAt);

    /// <summary>Notes what has to be acknowledged.</summary>
    /// <param name="contact">Who sent it.</param>
    /// <param name="id">Its id.</param>
    /// <param name="startsSession">Whether it came as a first message of a session: they repeat what that takes until an answer comes in it.</param>
    /// <param name="route">How it came.</param>
    public void Add(Contact contact, MessageId id, bool startsSession, RouteKind route)
    {
        if (!_received.TryGetValue(contact, out var received))
            _received.Add(contact, received = new Received());
        received.Ids.Add(id);
        received.AnswerInSession |= startsSession;
        // Whose message came out of a box may never be there when we are.
        if (route == RouteKind.Drop || (route == RouteKind.Forward && received.CameBy != RouteKind.Drop))
            received.CameBy = route;
    }

    public void Forget(Contact contact)
    {
        _received.Remove(contact);
        _held.Remove(contact);
        _saidAt.Remove(contact);
    }

    /// <summary>Makes what is due of what was held back.</summary>
    public void Tick()
    {
        if (_held.Count == 0)
            return;
        var now = around.Now;
        foreach (var contact in _held.Keys.Where(contact => SayAt(contact) <= now).ToArray())
        {
            _held.Remove(contact, out var held);
            Say(contact, held!);
        }
    }

    public void Flush()
    {
        if (_received.Count == 0)
            return;
        foreach (var (contact, received) in _received)
        {
            // What came over a session is answered over it, and takes along what waits.
            var mayWait = received is { CameBy: RouteKind.Forward, AnswerInSession: false };
            if (_held.Remove(contact, out var held))
                received.Join(held);
            if (mayWait && received.Ids.Count < ContentLimits.MaxReceiptIds && SayAt(contact) > around.Now)
                _held.Add(contact, received);
            else
                Say(contact, received);
        }

        _received.Clear();
    }

    // A clock that was put back holds nothing back.
    private long SayAt(Contact contact) => _saidAt.TryGetValue(contact, out var said) && said <= around.Now ? said + ForwardPause : 0;

    private void Say(Contact contact, Received received)
    {
        if (received.CameBy == RouteKind.Forward)
        {
            var now = around.Now;
            foreach (var old in _saidAt.Where(one => one.Value + ForwardPause <= now).Select(static one => one.Key).ToArray())
                _saidAt.Remove(old);
            _saidAt[contact] = now;
        }

        var ids = CollectionsMarshal.AsSpan(received.Ids);
        for (var at = 0; at < ids.Length; at += ContentLimits.MaxReceiptIds)
        {
            var some = ids.Slice(at, Math.Min(ContentLimits.MaxReceiptIds, ids.Length - at));
            if (received.AnswerInSession)
                outbound.SendRatchetReceipt(contact, some, received.CameBy);
            else
                outbound.SendReceipt(contact, some, received.CameBy);
        }
    }

    private sealed class Received
    {
        public List<MessageId> Ids { get; } = [];

        public bool AnswerInSession { get; set; }

        public RouteKind CameBy { get; set; }

        /// <summary>Takes over what came through forwarders before.</summary>
        public void Join(Received before)
        {
            Ids.InsertRange(0, before.Ids.Except(Ids).ToArray());
            if (CameBy != RouteKind.Drop)
                CameBy = before.CameBy;
        }
    }
}
