using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Incoming;

/// <summary>The delivery receipts of one batch: one envelope for all that came from one contact, made in the transaction that commits what came.</summary>
internal sealed class ReceiptBatch(Outbound outbound)
{
    private readonly Dictionary<Contact, List<MessageId>> _received = [];

    public void Add(Contact contact, MessageId id)
    {
        if (!_received.TryGetValue(contact, out var ids))
            _received.Add(contact, ids = []);
        ids.Add(id);
    }

    public void Forget(Contact contact) => _received.Remove(contact);

    public void Flush()
    {
        if (_received.Count == 0)
            return;
        foreach (var (contact, ids) in _received)
        {
            foreach (var chunk in ids.Chunk(ContentLimits.MaxReceiptIds))
            {
                var receipt = new IdsContent();
                foreach (var id in chunk)
                    receipt.Ids.Add(id.ToProto());
                outbound.TrySendOnce(contact, new ContentMessage { Delivered = receipt });
            }
        }

        _received.Clear();
    }
}
