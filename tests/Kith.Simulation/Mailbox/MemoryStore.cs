using System.Globalization;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;

namespace Kith.Simulation.Mailbox;

/// <summary>A holder's store without a disk.</summary>
internal sealed class MemoryStore : IDropStore
{
    private readonly SortedDictionary<string, Box> _boxes = new(StringComparer.Ordinal);

    public long Used => _boxes.Values.Sum(box => box.Chunks.Values.Sum(chunk => (long)chunk.Length));

    public int Boxes => _boxes.Values.Count(box => box.Chunks.Count > 0);

    public (int Entries, long Bytes) Size(ReadOnlySpan<byte> box) => _boxes.TryGetValue(Name(box), out var kept) ? (kept.Chunks.Count, kept.Chunks.Values.Sum(chunk => (long)chunk.Length)) : default;

    public long SizeOfPrefix(ulong prefix) => 0;

    public void Add(ReadOnlySpan<byte> box, KeptEntry entry, ulong prefix, ReadOnlySpan<byte> chunk)
    {
        if (!_boxes.TryGetValue(Name(box), out var kept))
            _boxes.Add(Name(box), kept = new Box());
        kept.Entries[Name(entry.Hash)] = entry with { Place = ++kept.Last };
        kept.Chunks[Name(entry.Hash)] = chunk.ToArray();
    }

    public KeptEntry? Find(ReadOnlySpan<byte> box, ReadOnlySpan<byte> hash) => _boxes.GetValueOrDefault(Name(box))?.Entries.GetValueOrDefault(Name(hash));

    public byte[]? Chunk(ReadOnlySpan<byte> box, ReadOnlySpan<byte> hash) => _boxes.GetValueOrDefault(Name(box))?.Chunks.GetValueOrDefault(Name(hash));

    public IReadOnlyList<KeptEntry> List(ReadOnlySpan<byte> box, long after, int limit) =>
        _boxes.TryGetValue(Name(box), out var kept) ? [.. kept.Entries.Values.Where(entry => entry.Place > after).OrderBy(entry => entry.Place).Take(limit)] : [];

    public void Delete(ReadOnlySpan<byte> box, ReadOnlySpan<byte> hash, long expiry, ReadOnlySpan<byte> deleteSignature)
    {
        if (!_boxes.TryGetValue(Name(box), out var kept) || !kept.Entries.TryGetValue(Name(hash), out var entry))
            return;
        kept.Entries[Name(hash)] = entry with { DeleteSignature = deleteSignature.ToArray() };
        kept.Chunks.Remove(Name(hash));
    }

    public void Drop(ReadOnlySpan<byte> box, ReadOnlySpan<byte> hash)
    {
        if (!_boxes.TryGetValue(Name(box), out var kept))
            return;
        kept.Entries.Remove(Name(hash));
        kept.Chunks.Remove(Name(hash));
    }

    public int RemoveExpired(long now, int limit) => 0;

    public IReadOnlyList<byte[]> BoxesFrom(ReadOnlySpan<byte> after, int limit)
    {
        var from = Name(after);
        return [.. _boxes.Keys.Where(name => string.CompareOrdinal(name, from) > 0).Take(limit).Select(Convert.FromHexString)];
    }

    public void Commit()
    {
    }

    public void Dispose()
    {
    }

    private static string Name(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    private sealed class Box
    {
        public Dictionary<string, KeptEntry> Entries { get; } = [];

        public Dictionary<string, byte[]> Chunks { get; } = [];

        public long Last { get; set; }
    }
}
