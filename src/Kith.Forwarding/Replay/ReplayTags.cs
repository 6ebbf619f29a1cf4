using Kith.Forwarding.Keys;

namespace Kith.Forwarding.Replay;

/// <summary>What became of a tag.</summary>
public enum TagOutcome
{
    /// <summary>New, and noted.</summary>
    Noted,

    /// <summary>Seen before.</summary>
    Known,

    /// <summary>There is no room for another.</summary>
    Full,

    /// <summary>The store did not take it.</summary>
    Failed,
}

/// <summary>
/// The packets that came under one key, each by 8 bytes of its tag. What cannot be noted is not let through. Two packets have one tag with a probability of 2^-64 for each pair: such a packet is taken for a
/// replay. For any thread.
/// </summary>
public sealed class ReplayTags
{
    /// <summary>The most packets that one key takes (implementation): 32 MiB of file, 64 MiB of memory. A key that is full is replaced.</summary>
    public const int DefaultCapacity = 1 << 22;

    private const int FirstSlots = 1 << 10;

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private readonly ITagJournal? _journal;
    private ulong[] _slots; // open addressing; 0 is free. Guarded by _gate

    /// <summary>The tags of a key.</summary>
    /// <param name="journal">Where they are kept; null keeps them in memory alone.</param>
    /// <param name="known">What was noted before.</param>
    /// <param name="capacity">The most tags.</param>
    public ReplayTags(ITagJournal? journal, IReadOnlyList<ulong> known, int capacity = DefaultCapacity)
    {
        (_journal, _capacity) = (journal, capacity);
        _slots = new ulong[FirstSlots];
        foreach (var tag in known)
        {
            if (TryInsert(Present(tag)))
                Count++;
            Grow();
        }
    }

    /// <summary>Tags noted.</summary>
    public int Count { get; private set; } // guarded by _gate

    /// <summary>Whether no more are taken.</summary>
    public bool IsFull => Count >= _capacity;

    /// <summary>Notes a tag; what it says other than <see cref="TagOutcome.Noted"/> is a reason to refuse the packet.</summary>
    public TagOutcome TryNote(ulong tag)
    {
        tag = Present(tag);
        lock (_gate)
        {
            if (Contains(tag))
                return TagOutcome.Known;
            if (IsFull)
                return TagOutcome.Full;
            // The journal first: a tag that it did not take is not there after a restart.
            if (_journal is not null && !_journal.TryAppend(tag))
                return TagOutcome.Failed;
            TryInsert(tag);
            Count++;
            Grow();
            return TagOutcome.Noted;
        }
    }

    private static ulong Present(ulong tag) => tag == 0 ? 1 : tag;

    private bool Contains(ulong tag)
    {
        var mask = (uint)_slots.Length - 1;
        for (var at = (uint)tag & mask; _slots[at] != 0; at = (at + 1) & mask)
        {
            if (_slots[at] == tag)
                return true;
        }

        return false;
    }

    private bool TryInsert(ulong tag)
    {
        var mask = (uint)_slots.Length - 1;
        var at = (uint)tag & mask;
        for (; _slots[at] != 0; at = (at + 1) & mask)
        {
            if (_slots[at] == tag)
                return false;
        }

        _slots[at] = tag;
        return true;
    }

    // Half full at most, so a search is a few steps.
    private void Grow()
    {
        if (2 * Count <= _slots.Length)
            return;
        var old = _slots;
        _slots = new ulong[2 * old.Length];
        foreach (var tag in old)
        {
            if (tag != 0)
                TryInsert(tag);
        }
    }
}
