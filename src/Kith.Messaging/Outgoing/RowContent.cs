using Kith.Messaging.Content;
using Kith.Messaging.Conversations;

namespace Kith.Messaging.Outgoing;

/// <summary>What a row of ours says to the other side, as it stands now: an edited one says the new text, a deleted one nothing.</summary>
internal static class RowContent
{
    public static ContentMessage Of(HistoryEntry entry)
    {
        var (row, body) = entry;
        var place = new Place { Depth = (ulong)row.Position.Depth };
        place.Parents.AddRange(body.Parents);
        var content = new ContentMessage { SentAt = (ulong)row.SentAt };
        if (body.IsNotice)
        {
            content.Disappearing = new DisappearingContent { Place = place, After = body.NoticeAfter };
        }
        else
        {
            content.Text = new TextContent
            {
                Place = place,
                Text = body.Text,
                ReplyTo = body.ReplyTo,
                DisappearAfter = body.DisappearAfter,
                EditCounter = body.EditCounter,
                EditedAt = body.EditedAt,
                Deleted = body.Deleted,
            };
        }

        return content;
    }
}
