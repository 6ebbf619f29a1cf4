#pragma warning disable CA1822 // the surface comes before what it does
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>A node of BitTorrent's mainline DHT (BEP 5, 32, 42, 43, 44) without I/O: docs/protocol/dht.md is its law.</summary>
public sealed class DhtCore : IDatagramCore
{
    private readonly Queue<Action> _due = new();

    /// <summary>A node that knows nobody yet: <see cref="Ping"/> somebody.</summary>
    public DhtCore(DhtOptions options, IDatagramSink sink, IRandom random)
    {
        _ = sink;
        _ = options;
        _ = NodeId.TryRead(random.NextBytes(NodeId.Size), out var id);
        Id = options.Id ?? id;
        IsReadOnly = options.IsReadOnly;
        Table = new RoutingTable();
    }

    /// <summary>The own id; changes with the external address (BEP 42).</summary>
    public NodeId Id { get; private set; }

    /// <summary>The IPv4 nodes that we know.</summary>
    public RoutingTable Table { get; }

    /// <summary>The IPv6 nodes that we know (BEP 32).</summary>
    public RoutingTable Table6 { get; } = new();

    /// <summary>Read-only mode (BEP 43): we ask, and are not asked.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Items kept for others.</summary>
    public int StoredItems { get; private set; }

    /// <summary>Told what a node that we asked says our address is (BEP 42's <c>ip</c>): who says it, and what.</summary>
    public Action<Endpoint, Endpoint>? AddressReported { get; set; }

    /// <inheritdoc/>
    public long NextDeadline => _due.Count > 0 ? 0 : long.MaxValue;

    /// <inheritdoc/>
    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
    }

    /// <inheritdoc/>
    public void Tick(long now)
    {
        for (var left = _due.Count; left > 0; left--)
            _due.Dequeue()();
    }

    /// <summary>The own address as others see it; the id is drawn anew where BEP 42 asks for it.</summary>
    public void SetExternalAddress(long now, Endpoint? address)
    {
    }

    /// <summary>Asks a node whether it is there: one that answers enters the table, and a table with few nodes fills itself from it. That is how to begin.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="node">Where it may be.</param>
    /// <param name="done">Told once what became of it; never during this call.</param>
    public void Ping(long now, Endpoint node, Action<PingResult>? done = null) => _due.Enqueue(() => done?.Invoke(new PingResult(node, null, null)));

    /// <summary>Looks for an item.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="target">Which.</param>
    /// <param name="progress">Called for each newer item that proves true, as soon as it comes, and at the end; never during this call.</param>
    public DhtLookup Get(long now, DhtTarget target, Action<GetProgress> progress) => Finish(target.Id, () => progress(new GetProgress(null, true, 0, 0, 0)));

    /// <summary>Puts an item on the nodes in charge of it.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="item">What.</param>
    /// <param name="cas">Only where the item there has this sequence number (BEP 44, compare and swap); null for any that is not newer.</param>
    /// <param name="done">Called once, at the end; never during this call.</param>
    /// <param name="republish">Puts it again each hour until <see cref="StopRepublishing"/>.</param>
    public DhtLookup Put(long now, DhtItem item, long? cas, Action<PutResult> done, bool republish = false) =>
        Finish(item.Target, () => done(new PutResult(0, 0, null, 0, 0)));

    /// <summary>Puts an item no more; where it stands it expires.</summary>
    public void StopRepublishing(NodeId target)
    {
    }

    /// <summary>Looks for the peers that have announced themselves under a hash (BEP 5).</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="infoHash">Which.</param>
    /// <param name="progress">Called when new ones come and at the end; never during this call.</param>
    public DhtLookup GetPeers(long now, NodeId infoHash, Action<PeersProgress> progress) => Finish(infoHash, () => progress(new PeersProgress([], true, 0, 0)));

    /// <summary>Announces this node as a peer of a hash (BEP 5).</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="infoHash">Which.</param>
    /// <param name="port">Where the peer listens; 0 for the port that the datagrams come from (<c>implied_port</c>).</param>
    /// <param name="done">Called once, at the end; never during this call.</param>
    public DhtLookup Announce(long now, NodeId infoHash, ushort port, Action<PutResult> done) => Finish(infoHash, () => done(new PutResult(0, 0, null, 0, 0)));

    /// <summary>Looks for the nodes closest to an id; those that answer enter the table.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="target">Any id.</param>
    /// <param name="done">Called once, at the end, with the closest nodes that answered, closest first; never during this call.</param>
    public DhtLookup FindNode(long now, NodeId target, Action<IReadOnlyList<KnownNode>> done) => Finish(target, () => done([]));

    /// <summary>Ends a lookup: nothing more is sent or reported for it.</summary>
    public void Cancel(DhtLookup lookup)
    {
    }

    private Nothing Finish(NodeId target, Action report)
    {
        _due.Enqueue(report);
        return new Nothing(target);
    }

    private sealed class Nothing(NodeId target) : DhtLookup(target);
}
