using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Holding;

/// <summary>Who waits for news of which box, and what is news since the last commit.</summary>
internal sealed class NewsDesk
{
    private readonly Dictionary<BoxAddress, List<Watch>> _watches = [];
    private readonly Dictionary<BoxAddress, List<ListedEntry>> _news = [];
    private int _count;

    /// <summary>Adds a watch, in place of an earlier one of this client on this box; false when there are too many.</summary>
    public bool TryAdd(KnownClient client, ulong number, ReadRequest request)
    {
        var address = request.Box.Address;
        var isNew = !client.Watched.Contains(address);
        if (isNew && (_count >= HoldingLimits.Watches || client.Watched.Count >= HoldingLimits.WatchesOfClient))
            return false;
        if (!_watches.TryGetValue(address, out var list))
            _watches.Add(address, list = []);
        if (isNew)
        {
            client.Watched.Add(address);
            _count++;
        }
        else
        {
            list.RemoveAll(watch => watch.Client == client);
        }

        list.Add(new Watch(client, number, request.Flags.HasFlag(ReadFlags.WithChunks) ? Math.Min(request.MostBytes, WireLimits.MaxReadBytes) : 0));
        client.Client.IsWatching = true;
        return true;
    }

    /// <summary>Forgets a client.</summary>
    public void Remove(KnownClient client)
    {
        foreach (var address in client.Watched)
        {
            var list = _watches[address];
            list.RemoveAll(watch => watch.Client == client);
            if (list.Count == 0)
                _watches.Remove(address);
            _count--;
        }

        client.Watched.Clear();
    }

    /// <summary>Notes an entry, to be told of once it is committed.</summary>
    public void Note(BoxAddress box, ListedEntry entry)
    {
        if (!_watches.ContainsKey(box))
            return;
        if (!_news.TryGetValue(box, out var list))
            _news.Add(box, list = []);
        list.Add(entry);
    }

    /// <summary>What was noted came to nothing.</summary>
    public void Forget() => _news.Clear();

    /// <summary>What was noted is committed.</summary>
    public void Tell()
    {
        foreach (var (box, entries) in _news)
        {
            if (!_watches.TryGetValue(box, out var watches))
                continue;
            foreach (var watch in watches)
                Tell(watch, entries);
        }

        _news.Clear();
    }

    private static void Tell(Watch watch, List<ListedEntry> entries)
    {
        var told = new List<ListedEntry>();
        var bytes = 0;
        foreach (var entry in entries)
        {
            if (told.Count == WireLimits.MaxEntries || (bytes > 0 && bytes + entry.Size > watch.MostBytes))
            {
                Send(watch, told);
                (told, bytes) = ([], 0);
            }

            var isWhole = entry.Size <= watch.MostBytes;
            told.Add(isWhole ? entry : entry with { Chunk = default });
            bytes += isWhole ? entry.Size : 0;
        }

        Send(watch, told);
    }

    private static void Send(Watch watch, List<ListedEntry> entries) =>
        watch.Client.Client.Tell(watch.Number, new EntriesAnswer(DropCode.Done, HasMore: false, entries[^1].Place, entries));

    private readonly record struct Watch(KnownClient Client, ulong Number, int MostBytes);
}
