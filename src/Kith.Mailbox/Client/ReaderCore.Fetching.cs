using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Client;

/// <content>Chunks: who has them, getting and opening them.</content>
public sealed partial class ReaderCore
{
    private readonly Dictionary<Kith.Wire.Endpoint, int> _lies = [];
    private long _heldBytes;
    private long _fetchingBytes;

    private void Take(long now, ReadAsk ask, MailboxAnswer answer)
    {
        switch (ask.Kind)
        {
            case AskKind.Fetch:
                TakeFetched(now, ask, (EntriesAnswer)answer);
                break;
            case AskKind.Delete:
                ask.IsOver = true;
                break;
            default:
                TakeList(now, ask, (EntriesAnswer)answer);
                break;
        }
    }

    // What a holder lists.
    private void Learn(long now, ReadBox box, HolderReading reading, in ListedEntry entry)
    {
        if (reading.IsLiar)
            return;
        if (!box.Chunks.TryGetValue(entry.Hash, out var chunk))
        {
            if (reading.Open >= ClientLimits.ListedByOne || !box.TryMakeRoom())
                return;
            chunk = box.Add(entry.Hash, entry.Size);
        }

        if (!chunk.At.Contains(reading))
        {
            chunk.At.Add(reading);
            reading.Open += chunk.IsAwaited || chunk.State == ChunkState.Missing ? 1 : 0;
        }

        if (!entry.Chunk.IsEmpty)
            TakeChunk(chunk, reading, entry.Chunk);
        if (chunk.State == ChunkState.Missing && !chunk.Tried.Contains(reading))
            box.Move(chunk, ChunkState.Wanted);
        if (chunk.State == ChunkState.Wanted)
            FetchAt(box, box.Holders.Exists(other => other != reading && other.BringsChunks && (other.IsListing || other.Watch != 0)) ? now + ClientLimits.NewsPatience : now);
        else if (chunk is { State: ChunkState.Done, IsToBeDeleted: false })
            AskDelete(now, box, reading, [chunk]); // it was not there when the others were told
    }

    private void FetchAt(ReadBox box, long at)
    {
        if (box.FetchAt <= at)
            return;
        box.FetchAt = at;
        At(at, ReaderTimerKind.Fetch, box);
    }

    private void Fetch(long now, ReadBox box)
    {
        box.FetchAt = long.MaxValue;
        var byHolder = new Dictionary<HolderReading, List<KnownChunk>>();
        var wanted = box.Wanted.ToList();
        box.Wanted.Clear();
        foreach (var chunk in wanted)
        {
            if (chunk.State != ChunkState.Wanted || box.Wanted.Contains(chunk))
                continue;
            if (_fetchingBytes + _heldBytes + chunk.Size > ClientLimits.FetchedBytes)
            {
                box.Wanted.Add(chunk);
                continue;
            }

            if (Choose(now, chunk, byHolder) is not { } reading)
            {
                Miss(chunk);
                continue;
            }

            chunk.Tried.Add(reading);
            box.Move(chunk, ChunkState.Fetching);
            _fetchingBytes += chunk.Size;
            if (!byHolder.TryGetValue(reading, out var list))
                byHolder[reading] = list = [];
            list.Add(chunk);
        }

        foreach (var (reading, chunks) in byHolder)
        {
            foreach (var group in Groups(chunks))
                AskChunks(now, box, reading, group);
        }

        if (box.Wanted.Count > 0)
            FetchAt(box, now + ClientLimits.SettlePatience);
        TryHandOn(now, box.Row);
    }

    // What one request brings at most.
    private static IEnumerable<List<KnownChunk>> Groups(List<KnownChunk> chunks)
    {
        var (group, bytes) = (new List<KnownChunk>(), 0);
        foreach (var chunk in chunks)
        {
            if (group.Count > 0 && (group.Count == ClientLimits.FetchedAtOnce || bytes + chunk.Size > ClientLimits.ReadBytes))
            {
                yield return group;
                (group, bytes) = ([], 0);
            }

            group.Add(chunk);
            bytes += chunk.Size;
        }

        if (group.Count > 0)
            yield return group;
    }

    // Of those that list it and were not tried, who seems to give it soonest.
    private HolderReading? Choose(long now, KnownChunk chunk, Dictionary<HolderReading, List<KnownChunk>> load)
    {
        const long AvoidedCost = 100_000;
        HolderReading? best = null;
        var least = long.MaxValue;
        foreach (var reading in chunk.At)
        {
            if (reading.IsLiar || chunk.Tried.Contains(reading))
                continue;
            var cost = _manners.Expected(reading.Holder) + (_manners.IsAvoided(reading.Holder, now) ? AvoidedCost : 0)
                + (load.TryGetValue(reading, out var list) ? list.Count : 0);
            if (cost < least)
                (best, least) = (reading, cost);
        }

        return best;
    }

    private void AskChunks(long now, ReadBox box, HolderReading reading, List<KnownChunk> chunks)
    {
        var request = new ReadRequest(box.Keys.Box, ReadFlags.WithChunks, 0, ClientLimits.ReadBytes, [.. chunks.Select(chunk => chunk.Hash)]) { Key = box.Keys.Read };
        var ask = new ReadAsk(AskKind.Fetch, box, reading, request) { Chunks = chunks, Bytes = chunks.Sum(chunk => (long)chunk.Size) };
        if (!_lines.TryAsk(now, ask, Sent))
            Failed(now, ask, AskFailure.Crowded);
    }

    private void TakeFetched(long now, ReadAsk ask, EntriesAnswer answer)
    {
        ask.IsOver = true;
        if (ask.Box.IsGone)
        {
            EndFetch(ask);
            return;
        }

        foreach (var entry in answer.Entries)
        {
            if (!entry.Chunk.IsEmpty && ask.Box.Chunks.TryGetValue(entry.Hash, out var chunk))
                TakeChunk(chunk, ask.Reading, entry.Chunk);
        }

        foreach (var chunk in ask.Chunks)
        {
            if (!chunk.IsAwaited || chunk.At.Count > 1 || ++ask.Reading.Ghosts <= ClientLimits.Ghosts)
                continue;
            Distrust(ask.Reading);
            break;
        }

        FetchElsewhere(now, ask);
        TryHandOn(now, ask.Box.Row);
    }

    // What a request has not brought is asked of others.
    private void FetchElsewhere(long now, ReadAsk ask)
    {
        EndFetch(ask);
        var box = ask.Box;
        if (box.IsGone)
            return;
        foreach (var chunk in ask.Chunks)
        {
            if (chunk.State == ChunkState.Fetching)
                box.Move(chunk, ChunkState.Wanted);
        }

        if (box.Wanted.Count > 0)
            FetchAt(box, now);
    }

    private void EndFetch(ReadAsk ask)
    {
        // Once for each: when it is given up, or answered.
        _fetchingBytes -= ask.TakeReserved();
    }

    private static void Miss(KnownChunk chunk) => chunk.Box.Move(chunk, ChunkState.Missing);

    // Whatever a holder says that a chunk is: its hash decides, then whether it opens (docs/protocol/mailbox.md, "Chunks").
    private void TakeChunk(KnownChunk chunk, HolderReading reading, ReadOnlyMemory<byte> bytes)
    {
        if (!chunk.IsAwaited && chunk.State != ChunkState.Missing)
            return;
        if (ChunkHash.Of(bytes.Span) != chunk.Hash)
        {
            Lie(reading);
            return;
        }

        foreach (var other in chunk.At)
            other.Open--;
        if (!ChunkFormat.TryOpen(chunk.Box.Keys, bytes.Span, out var number, out var plaintext) || !ChunkItems.TryRead(plaintext, out var items) || items.Count == 0)
        {
            chunk.Box.Move(chunk, ChunkState.Bad);
            return;
        }

        (chunk.Number, chunk.Items, chunk.Open) = (number, items, items.Count);
        chunk.Box.Move(chunk, ChunkState.Held);
        chunk.Box.Row.Held.Add(chunk);
        _heldBytes += chunk.Size;
    }

    private void Lie(HolderReading reading)
    {
        if (_lies.Count >= ClientLimits.Remembered)
            _lies.Clear();
        var lies = _lies.GetValueOrDefault(reading.Holder.At) + 1;
        _lies[reading.Holder.At] = lies;
        if (lies >= ClientLimits.Lies)
            Distrust(reading);
    }

    private void Distrust(HolderReading reading)
    {
        reading.IsLiar = true;
        holders.Distrust(reading.Holder);
    }
}
