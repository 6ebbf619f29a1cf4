namespace Kith.Forwarding.Keys;

/// <summary>
/// Keeps forwarding keys and what they were used for over a restart. A key is either there with every tag that was noted under it, or not there at all: a store that cannot say so for certain (the
/// machine went down before the tags were on the disk) leaves the key out, and the node makes another.
/// </summary>
public interface IForwardingStore
{
    /// <summary>The keys that are there. The others are removed.</summary>
    IReadOnlyList<StoredForwardingKey> Load();

    /// <summary>Keeps a new key; it is there for good when the call returns. Null when it cannot be kept: it serves until the end of the run.</summary>
    /// <param name="epoch">Its epoch; one that was kept for it before is removed.</param>
    /// <param name="secret">32 bytes.</param>
    ITagJournal? Add(int epoch, ReadOnlySpan<byte> secret);

    /// <summary>Removes the key of an epoch with its tags.</summary>
    void Remove(int epoch);
}

/// <summary>A key as it was kept.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Secret">32 bytes; whoever loads it clears them.</param>
/// <param name="Tags">What was noted under it, in any order.</param>
/// <param name="Journal">Where more is noted.</param>
public sealed record StoredForwardingKey(int Epoch, byte[] Secret, IReadOnlyList<ulong> Tags, ITagJournal Journal);

/// <summary>The tags of packets that came under one key. It says nothing about them: a tag is 8 bytes of a hash of what only sender and node knew.</summary>
public interface ITagJournal
{
    /// <summary>Notes a tag, so that it is there after the process was killed; false when it cannot be noted, and the packet is refused.</summary>
    bool TryAppend(ulong tag);
}
