using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Conversations;
using Kith.Wire;

namespace Kith.Messaging.Incoming;

/// <summary>Edits, deletions and reactions of the other side: only to their own messages, reactions excepted.</summary>
internal sealed class ReceivedChanges(
    Surroundings around, ConversationBook conversations, History history, PendingChanges pending, Announcer announcer)
{
    public void Apply(Contact contact, MessageId change, MessageId target, ContentMessage content)
    {
        if (history.Find(target) is { } entry)
        {
            if (entry.Row.Conversation != contact.Id || !TryApply(entry, content))
                return;
            var wasUnread = entry.Row.Unread;
            entry = history.Save(entry.Body.Deleted ? entry with { Row = entry.Row with { Unread = false } } : entry);
            announcer.Changed(entry);
            if (wasUnread && !entry.Row.Unread)
                announcer.Recount(contact);
            else
                announcer.Touch(contact);
            return;
        }

        // Removed here: whatever comes for it is late. Else it is still on its way.
        if (!conversations.Of(contact).TryDepth(target.ToProto(), out _))
            pending.Add(contact.Id, target, change, content);
    }

    /// <summary>A message came: what waited for it is applied before anybody sees it.</summary>
    public HistoryEntry ApplyPending(Contact contact, HistoryEntry entry)
    {
        var changed = false;
        foreach (var content in pending.Take(contact.Id, entry.Id))
            changed |= TryApply(entry, content);
        if (!changed)
            return entry;
        if (!entry.Body.Deleted || !entry.Row.Unread)
            return history.Save(entry);
        entry = history.Save(entry with { Row = entry.Row with { Unread = false } });
        announcer.Recount(contact);
        return entry;
    }

    private bool TryApply(HistoryEntry entry, ContentMessage content) => content.KindCase switch
    {
        ContentMessage.KindOneofCase.Reaction => BodyChanges.TryReact(entry.Body, fromMe: false, content.Reaction.Emoji, content.Reaction.Counter),
        ContentMessage.KindOneofCase.Edit =>
            !entry.Row.FromMe && BodyChanges.TryEdit(entry.Body, content.Edit.Text, content.Edit.Counter, Math.Min(around.Now, Clamp(content.SentAt))),
        ContentMessage.KindOneofCase.Delete => !entry.Row.FromMe && BodyChanges.TryDelete(entry.Body),
        _ => false,
    };

    private static long Clamp(ulong at) => at > long.MaxValue ? long.MaxValue : (long)at;
}
