namespace Kith.Forwarding.Keys;

/// <summary>Keeps nothing: each run has keys of its own. For a node without a disk, and for simulations of a single run.</summary>
public sealed class ForgetfulForwardingStore : IForwardingStore
{
    /// <inheritdoc/>
    public IReadOnlyList<StoredForwardingKey> Load() => [];

    /// <inheritdoc/>
    public ITagJournal? Add(int epoch, ReadOnlySpan<byte> secret) => null;

    /// <inheritdoc/>
    public void Remove(int epoch)
    {
    }
}
