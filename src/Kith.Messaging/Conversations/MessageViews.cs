using Google.Protobuf;
using Kith.Delivery;
using Kith.Messaging.Content;

namespace Kith.Messaging.Conversations;

/// <summary>Messages as people see them.</summary>
internal sealed class MessageViews(History history)
{
    public MessageView Of(HistoryEntry entry)
    {
        var (row, body) = entry;
        return new MessageView(
            row.Id,
            row.Conversation,
            row.FromMe,
            StrictUtf8.Decode(body.Text),
            row.SentAt,
            row.ReceivedAt,
            row.State,
            RouteOf(entry),
            row.Unread,
            body.EditedAt == 0 ? null : (long)body.EditedAt,
            body.Deleted,
            ReplyOf(entry),
            body.Reactions.Count == 0 ? [] : Reactions(body),
            row.ExpiresAt,
            body.Missing.Count > 0)
        {
            DisappearAfterSet = body.IsNotice ? (long)body.NoticeAfter : null,
            Forwarders = row.State == MessageState.Waiting || body.Forwarders == 0 ? null : (int)body.Forwarders,
            ThroughTor = row.State != MessageState.Waiting && (body.ThroughTor || (RouteKind)body.Route == RouteKind.Onion),
        };
    }

    private static string? RouteOf(HistoryEntry entry) => entry.Row.State == MessageState.Waiting ? null : (RouteKind)entry.Body.Route switch
    {
        RouteKind.Direct => "direct",
        RouteKind.Relay => "relay",
        RouteKind.Forward => "forward",
        RouteKind.Onion => "onion",
        RouteKind.Drop => "drop",
        _ => null,
    };

    private static ReactionView[] Reactions(HistoryBody body) =>
        [.. body.Reactions.Where(reaction => !reaction.Emoji.IsEmpty).Select(reaction => new ReactionView(reaction.FromMe, StrictUtf8.Decode(reaction.Emoji)))];

    private ReplyView? ReplyOf(HistoryEntry entry)
    {
        if (entry.Body.ReplyTo.IsEmpty)
            return null;
        var id = entry.Body.ReplyTo.ToMessageId();
        var original = history.Find(entry.Row.Conversation, id);
        return new ReplyView(id, original?.Row.FromMe ?? false, original is { Body.Deleted: false } ? StrictUtf8.Decode(original.Body.Text) : null);
    }
}
