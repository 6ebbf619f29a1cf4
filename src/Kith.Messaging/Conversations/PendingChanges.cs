using Google.Protobuf;
using Kith.Messaging.Content;
using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>Edits, deletions and reactions that came before their message. Kept, bounded, and applied when it comes.</summary>
internal sealed class PendingChanges
{
    /// <summary>Changes that wait in one conversation; the oldest give way.</summary>
    public const int MaxWaiting = 256;

    private const int KeySize = AccountId.Size + (2 * MessageId.Size);

    private readonly Surroundings _around;
    private readonly Dictionary<AccountId, List<Waiting>> _byContact = [];

    public PendingChanges(Surroundings around)
    {
        _around = around;
        foreach (var (key, value) in around.Records.All(RecordKind.PendingChange))
        {
            if (key.Length != KeySize)
                continue;
            var record = PendingChangeRecord.Parser.ParseFrom(value);
            if (ContentReader.TryRead(record.Content.Span, out var content))
            {
                List(AccountId.FromBytes(key.AsSpan(0, AccountId.Size)))
                    .Add(new Waiting(key, MessageId.FromBytes(key.AsSpan(AccountId.Size, MessageId.Size)), content, record.ReceivedAt));
            }
        }

        foreach (var list in _byContact.Values)
            list.Sort((left, right) => left.ReceivedAt.CompareTo(right.ReceivedAt));
    }

    public void Add(AccountId contact, MessageId target, MessageId change, ContentMessage content)
    {
        var list = List(contact);
        if (list.Count >= MaxWaiting)
        {
            _around.Records.Remove(RecordKind.PendingChange, list[0].Key);
            list.RemoveAt(0);
        }

        byte[] key = [.. contact.ToArray(), .. target.ToArray(), .. change.ToArray()];
        var record = new PendingChangeRecord { Content = content.ToByteString(), ReceivedAt = (ulong)_around.Now };
        _around.Records.Put(RecordKind.PendingChange, key, record.ToByteArray());
        list.Add(new Waiting(key, target, content, record.ReceivedAt));
    }

    /// <summary>What waited for a message, in the order in which it came.</summary>
    public IReadOnlyList<ContentMessage> Take(AccountId contact, MessageId target)
    {
        if (!_byContact.TryGetValue(contact, out var list) || list.Count == 0)
            return [];
        var taken = list.FindAll(waiting => waiting.Target == target);
        foreach (var waiting in taken)
        {
            list.Remove(waiting);
            _around.Records.Remove(RecordKind.PendingChange, waiting.Key);
        }

        return taken.ConvertAll(waiting => waiting.Content);
    }

    public void RemoveAll(AccountId contact)
    {
        if (!_byContact.Remove(contact, out var list))
            return;
        foreach (var waiting in list)
            _around.Records.Remove(RecordKind.PendingChange, waiting.Key);
    }

    private List<Waiting> List(AccountId contact)
    {
        if (!_byContact.TryGetValue(contact, out var list))
            _byContact.Add(contact, list = []);
        return list;
    }

    private sealed record Waiting(byte[] Key, MessageId Target, ContentMessage Content, ulong ReceivedAt);
}
