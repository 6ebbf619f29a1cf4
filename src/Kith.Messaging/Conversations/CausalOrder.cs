using Google.Protobuf;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;

namespace Kith.Messaging.Conversations;

/// <summary>
/// Where messages stand: by what their writers had seen, not by clocks (docs/protocol/messaging.md). Depth is one more than the greatest depth among the parents; the
/// id breaks ties. A position never changes once it was given.
/// </summary>
internal sealed class CausalOrder(ConversationBook conversations, History history)
{
    /// <summary>How far a claimed depth may lie beyond what we have, when a parent is missing: a lie cannot poison the order for ever.</summary>
    public const ulong MaxLead = 1 << 20;

    /// <summary>Gives a message of ours its place: after everything here.</summary>
    public Place PlaceOwn(Contact contact)
    {
        var conversation = conversations.Of(contact);
        var place = new Place { Depth = conversation.Record.BaseDepth + 1 };
        foreach (var head in conversation.Parents())
        {
            place.Parents.Add(head.Id);
            place.Depth = Math.Max(place.Depth, head.Depth + 1);
        }

        return place;
    }

    /// <summary>The depth of a received message, and which of its parents are not here.</summary>
    public ulong PlaceReceived(Contact contact, ByteString id, Place place, ICollection<ByteString> missing)
    {
        var conversation = conversations.Of(contact);
        ulong depth = 0;
        foreach (var parent in place.Parents)
        {
            if (parent.Equals(id))
                continue;
            if (TryDepth(conversation, parent, out var known))
                depth = Math.Max(depth, known);
            else if (!missing.Contains(parent))
                missing.Add(parent);
        }

        // The claim counts only where we cannot know better.
        if (missing.Count > 0)
            return Math.Max(depth + 1, Math.Min(place.Depth, conversation.Record.MaxDepth + MaxLead));
        return place.Parents.Count == 0 ? conversation.Record.BaseDepth + 1 : depth + 1;
    }

    /// <summary>A message now stands in the history: heads move on, gaps it fills are healed. The messages whose gap closed.</summary>
    public IReadOnlyList<HistoryEntry> Settle(Contact contact, ByteString id, ulong depth, IReadOnlyList<ByteString> parents, IReadOnlyList<ByteString> missing)
    {
        var conversation = conversations.Change(contact);
        var children = conversation.TakeAwaiting(id);
        conversation.Extend(id, depth, parents, isAwaited: children.Count > 0);
        foreach (var parent in missing)
            conversation.Await(parent, id);
        if (children.Count == 0)
            return [];
        var healed = new List<HistoryEntry>();
        foreach (var child in children)
        {
            if (history.Find(contact.Id, child) is { } entry && entry.Body.Missing.Remove(id))
                healed.Add(history.Save(entry));
        }

        return healed;
    }

    private bool TryDepth(Conversation conversation, ByteString parent, out ulong depth)
    {
        if (conversation.TryDepth(parent, out depth))
            return true;
        if (history.Find(conversation.With, parent.ToMessageId()) is not { } entry)
            return false;
        depth = (ulong)entry.Row.Position.Depth;
        return true;
    }
}
