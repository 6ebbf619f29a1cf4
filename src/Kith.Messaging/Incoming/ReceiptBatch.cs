using System.Runtime.InteropServices;
using Kith.Delivery;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Incoming;

/// <summary>The delivery receipts of one batch: one envelope for all that came from one contact, made in the transaction that commits what came.</summary>
internal sealed class ReceiptBatch(Outbound outbound)
{
    private readonly Dictionary<Contact, Received> _received = [];

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

    public void Forget(Contact contact) => _received.Remove(contact);

    public void Flush()
    {
        if (_received.Count == 0)
            return;
        foreach (var (contact, received) in _received)
        {
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

        _received.Clear();
    }

    private sealed class Received
    {
        public List<MessageId> Ids { get; } = [];

        public bool AnswerInSession { get; set; }

        public RouteKind CameBy { get; set; }
    }
}
