using Google.Protobuf;

namespace Kith.Messaging.Conversations;

/// <summary>How a message's body changes. The same rules for our changes and for theirs, so both sides come to the same.</summary>
internal static class BodyChanges
{
    /// <summary>The last edit wins, by its counter; a deleted message takes none.</summary>
    public static bool TryEdit(HistoryBody body, ByteString text, ulong counter, long at)
    {
        if (body.Deleted || body.IsNotice || counter <= body.EditCounter)
            return false;
        body.Text = text;
        body.EditCounter = counter;
        body.EditedAt = (ulong)Math.Max(at, 1);
        return true;
    }

    /// <summary>Leaves a tombstone: its place stays, what it said goes.</summary>
    public static bool TryDelete(HistoryBody body)
    {
        if (body.Deleted || body.IsNotice)
            return false;
        body.Deleted = true;
        body.Text = ByteString.Empty;
        body.ReplyTo = ByteString.Empty;
        body.EditedAt = 0;
        body.Reactions.Clear();
        return true;
    }

    /// <summary>One reaction per person; the last wins, by its counter. Empty takes it back.</summary>
    public static bool TryReact(HistoryBody body, bool fromMe, ByteString emoji, ulong counter)
    {
        if (body.Deleted || body.IsNotice)
            return false;
        var reaction = Reaction(body, fromMe);
        if (reaction is null)
        {
            body.Reactions.Add(new StoredReaction { FromMe = fromMe, Emoji = emoji, Counter = counter });
            return true;
        }

        if (counter <= reaction.Counter)
            return false;
        reaction.Emoji = emoji;
        reaction.Counter = counter;
        return true;
    }

    public static StoredReaction? Reaction(HistoryBody body, bool fromMe) => body.Reactions.FirstOrDefault(reaction => reaction.FromMe == fromMe);
}
