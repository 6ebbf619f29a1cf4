namespace Kith.Mailbox.Holding;

/// <summary>What a holder keeps, on disk. Called by one thread at a time. What <see cref="Commit"/> has returned from survives kill -9.</summary>
public interface IDropStore : IDisposable
{
    /// <summary>Bytes that all chunks take.</summary>
    long Used { get; }

    /// <summary>Boxes with entries.</summary>
    int Boxes { get; }

    /// <summary>What one box takes: entries (tombstones not counted) and bytes.</summary>
    (int Entries, long Bytes) Size(ReadOnlySpan<byte> box);

    /// <summary>Bytes of all that came from one prefix.</summary>
    long SizeOfPrefix(ulong prefix);

    /// <summary>Adds an entry with its chunk at the box's next place; the caller has checked everything.</summary>
    void Add(ReadOnlySpan<byte> box, KeptEntry entry, ulong prefix, ReadOnlySpan<byte> chunk);

    /// <summary>An entry or a tombstone; null when there is neither.</summary>
    KeptEntry? Find(ReadOnlySpan<byte> box, ReadOnlySpan<byte> hash);

    /// <summary>The chunk of an entry; null when there is none.</summary>
    byte[]? Chunk(ReadOnlySpan<byte> box, ReadOnlySpan<byte> hash);

    /// <summary>Entries of a box behind a place, in order.</summary>
    IReadOnlyList<KeptEntry> List(ReadOnlySpan<byte> box, long after, int limit);

    /// <summary>Makes an entry a tombstone, or notes one that was never here.</summary>
    void Delete(ReadOnlySpan<byte> box, ReadOnlySpan<byte> hash, long expiry, ReadOnlySpan<byte> deleteSignature);

    /// <summary>Removes a copy without a tombstone (surplus, or for want of room).</summary>
    void Drop(ReadOnlySpan<byte> box, ReadOnlySpan<byte> hash);

    /// <summary>Removes entries and tombstones that have expired, at most this many; how many there were.</summary>
    int RemoveExpired(long now, int limit);

    /// <summary>Boxes in the order of their addresses, from one on (empty: from the first).</summary>
    IReadOnlyList<byte[]> BoxesFrom(ReadOnlySpan<byte> after, int limit);

    /// <summary>Makes durable everything since the last commit.</summary>
    /// <exception cref="IOException">The disk is full or failed: nothing since the last commit is kept.</exception>
    void Commit();
}

/// <summary>An entry of a box as a holder keeps it.</summary>
/// <param name="Place">Its number in the box, from 1.</param>
/// <param name="Hash">SHA-256 of the chunk, 32 bytes.</param>
/// <param name="Size">Bytes of the chunk.</param>
/// <param name="Expiry">Unix milliseconds.</param>
/// <param name="Work">The work that was paid.</param>
/// <param name="Keys">W ‖ R ‖ price, 65 bytes: what the address is the hash of.</param>
/// <param name="WriteSignature">64 bytes.</param>
/// <param name="DeleteSignature">64 bytes of a tombstone, else null.</param>
public sealed record KeptEntry(long Place, byte[] Hash, int Size, long Expiry, ulong Work, byte[] Keys, byte[] WriteSignature, byte[]? DeleteSignature);
