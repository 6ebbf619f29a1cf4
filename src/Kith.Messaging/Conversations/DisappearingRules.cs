using Kith.Messaging.Content;

namespace Kith.Messaging.Conversations;

/// <summary>Which setting is in force: that of the notice that stands last in the conversation, the same on both sides.</summary>
internal static class DisappearingRules
{
    public static bool Apply(Conversation conversation, HistoryEntry notice)
    {
        var record = conversation.Record;
        var position = notice.Row.Position;
        if (record.DisappearSetBy is { } last)
        {
            var lastId = last.Id.ToMessageId();
            if ((ulong)position.Depth < last.Depth || ((ulong)position.Depth == last.Depth && position.Id < lastId))
                return false;
        }

        record.DisappearAfter = notice.Body.NoticeAfter;
        record.DisappearSetBy = new PlacedId { Id = position.Id.ToProto(), Depth = (ulong)position.Depth };
        conversation.Changed = true;
        return true;
    }
}
