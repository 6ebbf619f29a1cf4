using Google.Protobuf;
using Kith.Messaging.Content;
using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>A conversation's state in memory: what decides where the next message stands. Written once per batch when it changed.</summary>
internal sealed class Conversation(AccountId with, ConversationRecord record)
{
    /// <summary>Ids of removed messages that are remembered, so that their children show no gap.</summary>
    public const int MaxForgotten = 128;

    /// <summary>Parents that are awaited; the oldest give way, and their children keep showing the gap.</summary>
    public const int MaxMissing = 1024;

    /// <summary>Heads kept. Two people make few; a hostile one could make many.</summary>
    public const int MaxHeads = 64;

    public AccountId With { get; } = with;

    public ConversationRecord Record { get; } = record;

    public bool Changed { get; set; }

    /// <summary>How many are unread, when it was counted.</summary>
    public int? Unread { get; set; }

    /// <summary>The depth of an id that this record knows by itself.</summary>
    public bool TryDepth(ByteString id, out ulong depth)
    {
        foreach (var head in Record.Heads)
        {
            if (head.Id.Equals(id))
            {
                depth = head.Depth;
                return true;
            }
        }

        foreach (var gone in Record.Forgotten)
        {
            if (gone.Id.Equals(id))
            {
                depth = gone.Depth;
                return true;
            }
        }

        depth = 0;
        return false;
    }

    /// <summary>The parents that a message of ours names: the deepest heads.</summary>
    public IReadOnlyList<PlacedId> Parents() => Record.Heads.Count <= ContentLimits.MaxParents
        ? Record.Heads
        : [.. Record.Heads.OrderByDescending(head => head.Depth).Take(ContentLimits.MaxParents)];

    /// <summary>A message stands in the history: it is a head now unless somebody named it before it came, and its parents are none any more.</summary>
    public void Extend(ByteString id, ulong depth, IReadOnlyList<ByteString> parents, bool isAwaited)
    {
        for (var i = Record.Heads.Count - 1; i >= 0; i--)
        {
            if (parents.Contains(Record.Heads[i].Id))
                Record.Heads.RemoveAt(i);
        }

        if (!isAwaited)
            Record.Heads.Add(new PlacedId { Id = id, Depth = depth });
        if (Record.Heads.Count > MaxHeads)
            Record.Heads.Remove(Record.Heads.MinBy(head => head.Depth));
        Record.MaxDepth = Math.Max(Record.MaxDepth, depth);
        Changed = true;
    }

    public void Await(ByteString parent, ByteString child)
    {
        if (Record.Missing.Count >= MaxMissing)
            Record.Missing.RemoveAt(0);
        Record.Missing.Add(new MissingParent { Parent = parent, Child = child });
        Changed = true;
    }

    /// <summary>The messages that waited for this one.</summary>
    public IReadOnlyList<MessageId> TakeAwaiting(ByteString parent)
    {
        if (Record.Missing.Count == 0)
            return [];
        var children = new List<MessageId>();
        for (var i = Record.Missing.Count - 1; i >= 0; i--)
        {
            if (!Record.Missing[i].Parent.Equals(parent))
                continue;
            children.Add(Record.Missing[i].Child.ToMessageId());
            Record.Missing.RemoveAt(i);
        }

        Changed |= children.Count > 0;
        return children;
    }

    public void Forget(MessageId id, long depth)
    {
        if (Record.Forgotten.Count >= MaxForgotten)
            Record.Forgotten.RemoveAt(0);
        Record.Forgotten.Add(new PlacedId { Id = id.ToProto(), Depth = (ulong)depth });
        Changed = true;
    }
}
