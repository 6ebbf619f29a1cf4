using Kith.Overlay.Dht;

namespace Kith.Overlay.Rendezvous;

/// <summary>What rendezvous needs of the DHT. Nothing is called back during a call.</summary>
public interface IMutableItems
{
    /// <inheritdoc cref="DhtCore.Get"/>
    DhtLookup Get(long now, DhtTarget target, Action<GetProgress> progress);

    /// <inheritdoc cref="DhtCore.Put"/>
    DhtLookup Put(long now, DhtItem item, Action<PutResult> done);

    /// <inheritdoc cref="DhtCore.Cancel"/>
    void Cancel(DhtLookup lookup);
}

/// <summary>The node's own DHT.</summary>
/// <param name="dht">It.</param>
public sealed class DhtItems(DhtCore dht) : IMutableItems
{
    /// <inheritdoc/>
    public DhtLookup Get(long now, DhtTarget target, Action<GetProgress> progress) => dht.Get(now, target, progress);

    /// <inheritdoc/>
    public DhtLookup Put(long now, DhtItem item, Action<PutResult> done) => dht.Put(now, item, null, done);

    /// <inheritdoc/>
    public void Cancel(DhtLookup lookup) => dht.Cancel(lookup);
}
