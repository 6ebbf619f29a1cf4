using System.Runtime.InteropServices;

namespace Kith.Messaging.Signal;

/// <summary>The seeds of messages that were passed over in one receiving chain, by their number; the oldest give way.</summary>
internal sealed class SkippedKeys
{
    /// <summary>How many are kept in a chain (libsignal, MAX_MESSAGE_KEYS).</summary>
    public const int MaxKeys = 2000;

    // Ascending by index: a chain only ever adds larger ones.
    private readonly List<Entry> _entries = [];

    public int Count => _entries.Count;

    public ReadOnlySpan<Entry> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>The place of a message's seed, or -1.</summary>
    public int Find(uint index)
    {
        var entries = Entries;
        int low = 0, high = entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (entries[middle].Index == index)
                return middle;
            if (entries[middle].Index < index)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    /// <summary>Forgets the seed at a place, after its message was opened.</summary>
    public void RemoveAt(int place) => Remove(place, 1);

    /// <summary>Makes room for <paramref name="count"/> more by forgetting the oldest.</summary>
    public void MakeRoom(int count)
    {
        var excess = Math.Min(_entries.Count, _entries.Count + count - MaxKeys);
        if (excess > 0)
            Remove(0, excess);
    }

    /// <summary>Adds the seed of a message newer than all that are here.</summary>
    public void Add(uint index, ReadOnlySpan<byte> seed) => _entries.Add(new Entry(index, Key32.From(seed)));

    // The list would leave what it moves down in its old places too: whoever reads this memory later must not find a seed that has served.
    private void Remove(int place, int count)
    {
        var entries = CollectionsMarshal.AsSpan(_entries);
        entries[(place + count)..].CopyTo(entries[place..]);
        entries[^count..].Clear();
        _entries.RemoveRange(entries.Length - count, count);
    }

    internal struct Entry(uint index, Key32 seed)
    {
        public readonly uint Index = index;

        public Key32 Seed = seed;
    }
}
