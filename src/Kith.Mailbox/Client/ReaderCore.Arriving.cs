using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Client;

/// <content>Handing on in the writer's order, and deleting what is done.</content>
public sealed partial class ReaderCore
{
    private const long TellSincePause = 60_000;

    // What is here waits for what is awaited before it, but not for ever.
    private void TryHandOn(long now, ReaderRow row)
    {
        if (row.Held.Count == 0)
            return;
        var isComplete = !row.Boxes.Values.Any(box => box.IsSettling || box.Awaited > 0);
        if (!isComplete && _heldBytes <= ClientLimits.FetchedBytes / 2)
        {
            if (row.HandOnAt == 0)
            {
                row.HandOnAt = now + ClientLimits.OrderPatience;
                At(row.HandOnAt, ReaderTimerKind.HandOn, row);
            }

            if (now < row.HandOnAt)
                return;
        }

        row.HandOnAt = 0;
        HandOn(now, row);
    }

    private void HandOn(long now, ReaderRow row)
    {
        var held = row.Held.OrderBy(chunk => chunk.Box.Index).ThenBy(chunk => chunk.Number).ToList();
        row.Held.Clear();
        List<ArrivedEnvelope> arrived = [];
        HashSet<ReadBox> touched = [];
        foreach (var chunk in held)
        {
            _heldBytes -= chunk.Size;
            chunk.Box.Move(chunk, ChunkState.Told);
            var items = chunk.Items;
            chunk.Items = [];
            if (!HandOn(row, chunk, items, arrived))
            {
                // Its pieces find no room: it is fetched again when others are whole.
                chunk.Box.Move(chunk, ChunkState.Missing);
                foreach (var reading in chunk.At)
                    reading.Open++;
            }

            touched.Add(chunk.Box);
        }

        if (arrived.Count > 0)
            observer.Arrived(row.Box, arrived);
        foreach (var box in touched)
            DeleteSoon(now, box);
    }

    private static bool HandOn(ReaderRow row, KnownChunk chunk, List<ChunkItem> items, List<ArrivedEnvelope> arrived)
    {
        var hasRoom = true;
        foreach (var item in items)
        {
            if (!item.IsPiece)
            {
                Tell(row, item.Bytes, [chunk], arrived);
                continue;
            }

            var fate = chunk.Box.Pieces.Add(chunk, item, out var envelope, out var chunks);
            if (fate == PieceFate.Whole)
                Tell(row, envelope, chunks, arrived);
            hasRoom &= fate != PieceFate.TooMany;
        }

        return hasRoom;
    }

    // One that was put several times is told once; each chunk that holds it waits for it.
    private static void Tell(ReaderRow row, ReadOnlyMemory<byte> envelope, List<KnownChunk> chunks, List<ArrivedEnvelope> arrived)
    {
        var told = row.Tell(ChunkHash.Of(envelope.Span), chunks[0].Box.Index, out var isNew);
        if (isNew)
        {
            told.Chunks.AddRange(chunks);
            arrived.Add(new ArrivedEnvelope(envelope, told));
            return;
        }

        foreach (var chunk in chunks)
        {
            if (told.IsDone)
                SettleItem(chunk);
            else if (!told.Chunks.Contains(chunk))
                told.Chunks.Add(chunk);
        }
    }

    private static void SettleItem(KnownChunk chunk)
    {
        if (chunk.Open == 0 || --chunk.Open > 0 || chunk.State != ChunkState.Told)
            return;
        chunk.Box.Move(chunk, ChunkState.Done);
        if (chunk.Box.Row.Box.IsStanding)
            return;
        chunk.IsToBeDeleted = true;
        chunk.Box.ToDelete.Add(chunk);
    }

    private void DeleteSoon(long now, ReadBox box)
    {
        if (box.ToDelete.Count >= WireLimits.MaxDelete)
        {
            DeleteDone(now, box);
        }
        else if (box.ToDelete.Count > 0 && !box.IsDeleteDue)
        {
            box.IsDeleteDue = true;
            At(now + ClientLimits.DeleteDelay, ReaderTimerKind.Delete, box);
        }
    }

    private void DeleteDone(long now, ReadBox box)
    {
        box.IsDeleteDue = false;
        if (box.ToDelete.Count == 0)
            return;
        foreach (var group in box.ToDelete.Chunk(WireLimits.MaxDelete))
        {
            var signed = Sign(box, group);
            foreach (var reading in box.Holders)
                AskDelete(now, box, reading, signed, [.. group], 0);
        }

        foreach (var chunk in box.ToDelete)
            chunk.IsToBeDeleted = false;
        box.ToDelete.Clear();
    }

    private void AskDelete(long now, ReadBox box, HolderReading reading, List<KnownChunk> chunks)
    {
        if (!box.Row.Box.IsStanding)
            AskDelete(now, box, reading, Sign(box, chunks), chunks, 0);
    }

    private void DeleteAgain(long now, ReadAsk ask) => AskDelete(now, ask.Box, ask.Reading, (DeleteRequest)ask.Request, ask.Chunks, ask.Tries + 1);

    private void AskDelete(long now, ReadBox box, HolderReading reading, DeleteRequest request, List<KnownChunk> chunks, int tries)
    {
        // Nobody waits for it: what is refused is deleted when it is listed again.
        _ = _lines.TryAsk(now, new ReadAsk(AskKind.Delete, box, reading, request) { Chunks = chunks, Tries = tries }, Sent);
    }

    private static DeleteRequest Sign(ReadBox box, IReadOnlyList<KnownChunk> chunks) =>
        new(box.Keys.Box, [.. chunks.Select(chunk => new DeleteItem(chunk.Hash, EntryRules.SignDelete(box.Keys.Read!, box.Keys.Address, chunk.Hash)))]);

    // Up to when nothing of a row needs to be looked for any more.
    private void TellSince(long now, ReaderRow row)
    {
        if (row.IsDummy || row.Box.IsStanding || now - row.ToldSinceAt < TellSincePause)
            return;
        var present = row.Schedule.IndexAt(Wall(now));
        var since = long.MaxValue;
        foreach (var box in row.Boxes.Values)
        {
            if (box.IsTransient || box.Index > present)
                continue;
            if (box.ReadAt == 0 || box.HasOpen)
                return;
            since = Math.Min(since, box.ReadAt);
        }

        if (since == long.MaxValue || since <= row.Since)
            return;
        (row.Since, row.ToldSinceAt) = (since, now);
        observer.ReadToEnd(row.Box, since);
    }
}
