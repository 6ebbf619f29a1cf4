using Kith.Messaging.Conversations;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>
/// Walks through histories newest first, a page at a time: no statement stays open between two messages, so the walker may write meanwhile.
/// </summary>
internal static class HistoryScan
{
    private const int FirstPage = 16;
    private const int LargestPage = 256;

    /// <summary>One conversation.</summary>
    public static IEnumerable<StoredMessage> Newest(MessageStore store, AccountId conversation)
    {
        MessagePosition? position = null;
        var size = FirstPage;
        while (true)
        {
            var page = store.Before(conversation, position, size);
            foreach (var message in page)
                yield return message;
            if (page.Count < size)
                yield break;
            position = page[^1].Position;
            size = Math.Min(size * 2, LargestPage);
        }
    }

    /// <summary>Several conversations, merged by when their newest message that is left was received.</summary>
    public static IEnumerable<StoredMessage> Merge(MessageStore store, IEnumerable<AccountId> conversations)
    {
        var heads = new PriorityQueue<IEnumerator<StoredMessage>, long>();
        foreach (var conversation in conversations)
            Advance(heads, Newest(store, conversation).GetEnumerator());
        while (heads.TryDequeue(out var head, out _))
        {
            yield return head.Current;
            Advance(heads, head);
        }
    }

    private static void Advance(PriorityQueue<IEnumerator<StoredMessage>, long> heads, IEnumerator<StoredMessage> walk)
    {
        if (walk.MoveNext())
            heads.Enqueue(walk, -walk.Current.ReceivedAt);
        else
            walk.Dispose();
    }
}
