using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;

namespace Kith.Simulation.Mailbox;

/// <summary>A holder's store without a disk.</summary>
internal sealed class MemoryStore : IDropStore
{
    private readonly SortedDictionary<BoxAddress, Box> _boxes = new(Comparer<BoxAddress>.Create(static (one, other) => one.CompareTo(other)));

    public string? Problem => null;

    public bool HasFailed => false;

    public (long Believed, long Doubted) Clock { get; private set; }

    public long Used => _boxes.Values.Sum(box => box.Bytes);

    public int Boxes => _boxes.Values.Count(box => box.Entries.Count > 0);

    public void NoteClock(long believed, long doubted) => Clock = (believed, doubted);

    public BoxSize Size(BoxAddress box) => _boxes.TryGetValue(box, out var kept) ? new BoxSize(kept.Entries.Count, kept.Tombstones.Count, kept.Bytes) : default;

    public long SizeOfPrefix(ulong prefix) => 0;

    public long Add(long now, PublicBox box, BoxEntry entry, ulong prefix, ReadOnlySpan<byte> chunk)
    {
        var kept = Make(box.Address);
        kept.Last = Math.Max(now, kept.Last + 1);
        kept.Entries.Add(entry.Hash, (new KeptEntry(kept.Last, box, entry), chunk.ToArray()));
        return kept.Last;
    }

    public FoundEntry? Find(BoxAddress box, ChunkHash hash)
    {
        if (!_boxes.TryGetValue(box, out var kept))
            return null;
        if (kept.Entries.TryGetValue(hash, out var found))
            return new FoundEntry(found.Entry.Place, found.Entry.Size, found.Entry.Expiry, null);
        return kept.Tombstones.TryGetValue(hash, out var tombstone) ? new FoundEntry(0, 0, tombstone.Expiry, tombstone.Signature) : null;
    }

    public byte[]? Chunk(BoxAddress box, ChunkHash hash) => _boxes.TryGetValue(box, out var kept) && kept.Entries.TryGetValue(hash, out var found) ? found.Chunk : null;

    public IReadOnlyList<KeptEntry> List(BoxAddress box, long after, int limit) =>
        _boxes.TryGetValue(box, out var kept) ? [.. kept.Entries.Values.Select(found => found.Entry).Where(entry => entry.Place > after).OrderBy(entry => entry.Place).Take(limit)] : [];

    public void Delete(BoxAddress box, ChunkHash hash, long expiry, ReadOnlySpan<byte> deleteSignature, ulong prefix = 0)
    {
        var kept = Make(box);
        if (kept.Entries.Remove(hash, out var found))
            expiry = found.Entry.Expiry;
        kept.Tombstones.TryAdd(hash, (expiry, deleteSignature.ToArray()));
    }

    public void Drop(BoxAddress box, ChunkHash hash)
    {
        if (_boxes.TryGetValue(box, out var kept))
            kept.Entries.Remove(hash);
    }

    public int RemoveExpired(long now, int limit) => 0;

    public IReadOnlyList<BoxAddress> BoxesFrom(BoxAddress? after, int limit) =>
        [.. _boxes.Where(box => box.Value.Entries.Count > 0 && (after is not { } last || box.Key.CompareTo(last) > 0)).Take(limit).Select(box => box.Key)];

    public void Commit()
    {
    }

    public void Dispose()
    {
    }

    private Box Make(BoxAddress address)
    {
        if (!_boxes.TryGetValue(address, out var box))
            _boxes.Add(address, box = new Box());
        return box;
    }

    private sealed class Box
    {
        public Dictionary<ChunkHash, (KeptEntry Entry, byte[] Chunk)> Entries { get; } = [];

        public Dictionary<ChunkHash, (long Expiry, byte[] Signature)> Tombstones { get; } = [];

        public long Bytes => Entries.Values.Sum(found => (long)found.Chunk.Length);

        public long Last { get; set; }
    }
}
