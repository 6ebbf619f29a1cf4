using Kith.Forwarding.Keys;

namespace Kith.Forwarding.Tests.Sphinx;

/// <summary>A store that has one key, and keeps its tags in memory over as many runs as are made of it.</summary>
internal sealed class KnownKey(int epoch, byte[] secret) : IForwardingStore, ITagJournal
{
    private readonly List<ulong> _tags = [];

    /// <summary>Whether tags are taken.</summary>
    public bool Takes { get; set; } = true;

    public IReadOnlyList<StoredForwardingKey> Load() => [new StoredForwardingKey(epoch, [.. secret], [.. _tags], this)];

    public ITagJournal? Add(int epoch, ReadOnlySpan<byte> secret) => null;

    public void Remove(int epoch)
    {
    }

    public bool TryAppend(ulong tag)
    {
        if (Takes)
            _tags.Add(tag);
        return Takes;
    }
}
