using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Holding;

/// <summary>
/// What a holder keeps, on disk. Called by one thread at a time. What <see cref="Commit"/> has returned from survives kill -9. When the disk fails, <see cref="HasFailed"/> says so, what is read is as if it
/// were not there, and the next commit throws: nothing else does.
/// </summary>
public interface IDropStore : IDisposable
{
    /// <summary>What is wrong with the disk, one sentence; null when nothing is.</summary>
    string? Problem { get; }

    /// <summary>Whether the disk has failed since the last commit.</summary>
    bool HasFailed { get; }

    /// <summary>Bytes of room taken: all chunks, and <see cref="HoldingLimits.TombstoneBytes"/> for each tombstone.</summary>
    long Used { get; }

    /// <summary>Boxes with entries.</summary>
    int Boxes { get; }

    /// <summary>What one box takes.</summary>
    BoxSize Size(BoxAddress box);

    /// <summary>Bytes of room that one prefix takes.</summary>
    long SizeOfPrefix(ulong prefix);

    /// <summary>Adds an entry with its chunk, at the box's next place: the time, or one more than the last. The caller has checked everything, also that it is not there. Returns the place.</summary>
    long Add(long now, PublicBox box, BoxEntry entry, ulong prefix, ReadOnlySpan<byte> chunk);

    /// <summary>An entry or a tombstone; null when there is neither.</summary>
    FoundEntry? Find(BoxAddress box, ChunkHash hash);

    /// <summary>The chunk of an entry; null when there is none.</summary>
    byte[]? Chunk(BoxAddress box, ChunkHash hash);

    /// <summary>Entries of a box behind a place, in order; no tombstones.</summary>
    IReadOnlyList<KeptEntry> List(BoxAddress box, long after, int limit);

    /// <summary>Makes an entry a tombstone until it would have expired. One that was never here is noted until <paramref name="expiry"/>, at the cost of a prefix.</summary>
    void Delete(BoxAddress box, ChunkHash hash, long expiry, ReadOnlySpan<byte> deleteSignature, ulong prefix = 0);

    /// <summary>Removes a copy without a tombstone (surplus, or for want of room); nothing when it is not there.</summary>
    void Drop(BoxAddress box, ChunkHash hash);

    /// <summary>What was noted of the clock: the time that was believed, and for how long the wall clock was ahead of it; zeroes when nothing was.</summary>
    (long Believed, long Doubted) Clock { get; }

    /// <summary>Notes the clock.</summary>
    void NoteClock(long believed, long doubted);

    /// <summary>Removes entries and tombstones that have expired, at most this many; how many there were.</summary>
    int RemoveExpired(long now, int limit);

    /// <summary>Boxes with entries in the order of their addresses, behind one (null: from the first).</summary>
    IReadOnlyList<BoxAddress> BoxesFrom(BoxAddress? after, int limit);

    /// <summary>Makes durable everything since the last commit.</summary>
    /// <exception cref="IOException">The disk is full or failed: nothing since the last commit is kept, all before is, and the store is ready for the next.</exception>
    void Commit();
}

/// <summary>What a box takes.</summary>
/// <param name="Entries">Entries, tombstones not counted.</param>
/// <param name="Tombstones">Tombstones.</param>
/// <param name="Bytes">Bytes of its chunks.</param>
public readonly record struct BoxSize(int Entries, int Tombstones, long Bytes);

/// <summary>An entry or a tombstone, without what others signed of it.</summary>
/// <param name="Place">Its number in the box; 0 of a tombstone.</param>
/// <param name="Size">Bytes of the chunk; 0 of a tombstone.</param>
/// <param name="Expiry">Unix milliseconds.</param>
/// <param name="DeleteSignature">64 bytes of a tombstone; null of an entry.</param>
public readonly record struct FoundEntry(long Place, int Size, long Expiry, byte[]? DeleteSignature);

/// <summary>An entry of a box as a holder keeps it, with all that another one needs to take it.</summary>
/// <param name="Place">Its number in the box.</param>
/// <param name="Box">The box.</param>
/// <param name="Entry">What the writer signed.</param>
public sealed record KeptEntry(long Place, PublicBox Box, BoxEntry Entry)
{
    /// <summary>The chunk's name.</summary>
    public ChunkHash Hash => Entry.Hash;

    /// <summary>Bytes of the chunk.</summary>
    public int Size => Entry.Size;

    /// <summary>Unix milliseconds.</summary>
    public long Expiry => Entry.Expiry;

    /// <summary>The work that was paid.</summary>
    public ulong Work => Entry.Work;

    /// <summary>The write key's, 64 bytes.</summary>
    public ReadOnlyMemory<byte> WriteSignature => Entry.WriteSignature;
}
