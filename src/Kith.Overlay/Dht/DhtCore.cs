using Kith.Crypto;
using Kith.Overlay.Dht.Krpc;
using Kith.Overlay.Dht.Searches;
using Kith.Overlay.Dht.Serving;
using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>A node of BitTorrent's mainline DHT (BEP 5, 32, 42, 43, 44) without I/O: docs/protocol/dht.md is its law.</summary>
public sealed class DhtCore : IDatagramCore
{
    /// <summary>Nodes of each family that are asked anew on another network.</summary>
    private const int AskedAnew = 16;

    private const int ExpireEvery = 60 * 1000;

    private readonly IRandom _random;
    private readonly OwnNode _own;
    private readonly Querier _querier;
    private readonly NodeBook _book;
    private readonly Responder _responder;
    private readonly SearchBoard _board = new();
    private readonly SearchGround _ground;
    private readonly Upkeep _upkeep;
    private OwnItems? _ownItems;
    private Queue<Action>? _reports;
    private Endpoint? _external4;
    private Endpoint? _external6;
    private long _nextExpire;

    /// <summary>A node that knows nobody yet: <see cref="Ping"/> somebody.</summary>
    public DhtCore(DhtOptions options, IDatagramSink sink, IRandom random)
    {
        _random = random;
        _own = new OwnNode(options.Id ?? SecureNodeId.Draw(random), options.Networks, options.IsReadOnly);
        _querier = new Querier(_own, sink, random);
        _book = new NodeBook(_own, _querier, options.BucketSizes);
        _responder = new Responder(_own, _book, _querier, sink, random);
        _ground = new SearchGround(_own, _book, _querier, _responder.Items, _responder.Peers);
        _upkeep = new Upkeep(_own, _book, _board, _ground, random, options.Upkeep);
    }

    /// <summary>The own id; changes with the external address (BEP 42).</summary>
    public NodeId Id => _own.Id;

    /// <summary>The IPv4 nodes that we know.</summary>
    public RoutingTable Table => _book.Table4;

    /// <summary>The IPv6 nodes that we know (BEP 32).</summary>
    public RoutingTable Table6 => _book.Table6;

    /// <summary>Read-only mode (BEP 43): we ask, and are not asked.</summary>
    public bool IsReadOnly
    {
        get => _own.IsReadOnly;
        set => _own.IsReadOnly = value;
    }

    /// <summary>Items kept, for others and where we are in charge of our own.</summary>
    public int StoredItems => _responder.Items.Count;

    /// <summary>Hashes under which peers are kept.</summary>
    public int StoredHashes => _responder.Peers.Count;

    /// <summary>Queries under way.</summary>
    public int Pending => _querier.Transactions.Count;

    /// <summary>Told of each answer of a node that says it is one of Kith: where from.</summary>
    public Action<Endpoint>? KithAnswered { get; set; }

    /// <summary>Told what a node that we asked says our address is (BEP 42's <c>ip</c>): who says it, and what.</summary>
    public Action<Endpoint, Endpoint>? AddressReported { get; set; }

    /// <inheritdoc/>
    public long NextDeadline
    {
        get
        {
            if (_reports is { Count: > 0 })
                return 0;
            var next = Math.Min(Math.Min(_querier.Transactions.NextDeadline, _board.NextDeadline), Math.Min(_upkeep.NextDeadline, _responder.NextDeadline));
            next = Math.Min(next, _ownItems?.NextDeadline ?? long.MaxValue);
            return HasStored ? Math.Min(next, _nextExpire) : next;
        }
    }

    private bool HasStored => _responder.Items.Count > 0 || _responder.Peers.Count > 0;

    /// <inheritdoc/>
    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!KrpcMessage.TryRead(datagram, out var message))
            return;
        switch (message.Kind)
        {
            case KrpcKind.Query:
                _responder.Take(now, from, datagram, message);
                break;
            case KrpcKind.Answer:
                TakeAnswer(now, from, message);
                break;
            default:
                TakeError(now, from, message);
                break;
        }
    }

    /// <inheritdoc/>
    public void Tick(long now)
    {
        for (var left = _reports?.Count ?? 0; left > 0; left--)
            _reports!.Dequeue()();
        while (_querier.Transactions.TryTakeExpired(now, out var query))
        {
            if (query.HasNode)
                _book.Failed(query.Node, query.Endpoint);
            query.Taker?.TimedOut(now, query);
        }

        _responder.Tick(now);
        foreach (var item in _ownItems?.TakeDue(now) ?? [])
            _board.Start(now, new PutSearch(item, null, _ground, static _ => { }));
        _upkeep.Tick(now);
        _board.Tick(now);
        if (!HasStored || now < _nextExpire)
            return;
        _nextExpire = now + ExpireEvery;
        _responder.Items.Expire(now);
        _responder.Peers.Expire(now);
    }

    /// <summary>
    /// We are on other networks now: asks those heard last whether they are still there. Who had an id at an address that is gone may come back with it from another; a search in
    /// between asks nobody who cannot answer.
    /// </summary>
    public void ChangeNetworks(long now, OwnNetworks networks)
    {
        KnownNode[] known = [.. _book.Table4.Sample(AskedAnew), .. _book.Table6.Sample(AskedAnew)];
        _own.Networks = networks;
        _book.Table4.ChangeNetworks(networks);
        _book.Table6.ChangeNetworks(networks);
        foreach (var node in known)
            Ping(now, node.Endpoint);
    }

    /// <summary>The own address as others see it, or null when it is not known (any more): the id is drawn anew where BEP 42 asks for it. Of two families IPv4 decides.</summary>
    public void SetExternalAddress(long now, Endpoint? address)
    {
        if (address is null)
            (_external4, _external6) = (null, null);
        else if (address.Value.IsIPv4)
            _external4 = address;
        else
            _external6 = address;
        if ((_external4 ?? _external6) is not { } external || _own.Networks.AreLifted(external) || SecureNodeId.IsFor(_own.Id, external))
            return;
        _own.ChangeId(SecureNodeId.Draw(external, _random));
        _book.Table4.Rebuild(_own.Id);
        _book.Table6.Rebuild(_own.Id);
        if (_book.Count > 0)
            _upkeep.Fill(now);
    }

    /// <summary>Asks a node whether it is there: one that answers enters the table, and a table with few nodes fills itself from it. That is how to begin.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="node">Where it may be.</param>
    /// <param name="done">Told once what became of it; never during this call.</param>
    public void Ping(long now, Endpoint node, Action<PingResult>? done = null)
    {
        var request = new PingRequest(node, done, _upkeep.Found);
        if (!_querier.TryPing(now, node, null, request))
            Report(request.Fail);
    }

    /// <summary>Whether so few nodes are known that each more is worth asking for, and this is none of them.</summary>
    public bool Needs(Endpoint node) => _book.Count <= Upkeep.FewNodes && !_book.TableOf(node).Has(node);

    /// <summary>Looks for an item.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="target">Which.</param>
    /// <param name="progress">Called for each newer item that proves true, as soon as it comes, and at the end; never during this call.</param>
    public DhtLookup Get(long now, DhtTarget target, Action<GetProgress> progress) => Start(now, new GetSearch(target, _ground, progress));

    /// <summary>Puts an item on the nodes in charge of it.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="item">What.</param>
    /// <param name="cas">Only where the item there has this sequence number (BEP 44, compare and swap); null for any that is not newer.</param>
    /// <param name="done">Called once, at the end; never during this call.</param>
    /// <param name="republish">Puts it again each hour until <see cref="StopRepublishing"/>, or until another item of the same name takes its place.</param>
    public DhtLookup Put(long now, DhtItem item, long? cas, Action<PutResult> done, bool republish = false)
    {
        if (republish)
            (_ownItems ??= new OwnItems(_random)).Add(now, item);
        return Start(now, new PutSearch(item, cas, _ground, done));
    }

    /// <summary>Puts an item no more; where it stands it expires.</summary>
    public void StopRepublishing(NodeId target) => _ownItems?.Remove(target);

    /// <summary>Looks for the peers that have announced themselves under a hash (BEP 5).</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="infoHash">Which.</param>
    /// <param name="progress">Called when new ones come and at the end; never during this call.</param>
    public DhtLookup GetPeers(long now, NodeId infoHash, Action<PeersProgress> progress) => Start(now, new PeersSearch(infoHash, _ground, progress));

    /// <summary>Announces this node as a peer of a hash (BEP 5).</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="infoHash">Which.</param>
    /// <param name="port">Where the peer listens; 0 for the port that the datagrams come from (<c>implied_port</c>).</param>
    /// <param name="done">Called once, at the end; never during this call.</param>
    public DhtLookup Announce(long now, NodeId infoHash, ushort port, Action<PutResult> done) => Start(now, new AnnounceSearch(infoHash, port, _ground, done));

    /// <summary>Looks for the nodes closest to an id; those that answer enter the table.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="target">Any id.</param>
    /// <param name="done">Called once, at the end, with the closest nodes that answered, closest first; never during this call.</param>
    public DhtLookup FindNode(long now, NodeId target, Action<IReadOnlyList<KnownNode>> done) =>
        Start(now, new NodeSearch(target, _ground, (_, nodes) => done(nodes)));

    /// <summary>Ends a lookup: nothing more is sent or reported for it.</summary>
    public void Cancel(DhtLookup lookup) => _board.Cancel(lookup);

    private Search Start(long now, Search search)
    {
        _board.Start(now, search);
        return search;
    }

    private void Report(Action report) => (_reports ??= []).Enqueue(report);

    private void TakeAnswer(long now, Endpoint from, in KrpcMessage message)
    {
        if (!_querier.Transactions.TryClose(from, message.Transaction, out var query))
            return;
        _responder.Proven.Add(now, from);
        var roundTrip = now - query.SentAt;
        _querier.Measure(roundTrip);
        // One that answers to another name is not who was asked; and our own answer is no node's.
        if (!KrpcAnswer.TryRead(message.Body, out var answer) || answer.Id == _own.Id || (query.HasNode && answer.Id != query.Node))
        {
            if (query.HasNode)
                _book.Failed(query.Node, from);
            query.Taker?.Refused(now, query, DhtError.Protocol);
            return;
        }

        _book.Answered(now, answer.Id, from, roundTrip);
        _upkeep.Begin(now);
        if (KithAnswered is { } kith && KrpcSender.IsKith(message.Version))
            kith(from);
        if (AddressReported is { } report && Endpoint.TryReadCompact(message.Ip, out var seen))
            report(from, seen);
        query.Taker?.Answered(now, query, answer);
    }

    private void TakeError(long now, Endpoint from, in KrpcMessage message)
    {
        if (!_querier.Transactions.TryClose(from, message.Transaction, out var query))
            return;
        _responder.Proven.Add(now, from);
        _querier.Measure(now - query.SentAt);
        _ = KrpcError.TryRead(message.Body, out var error);
        query.Taker?.Refused(now, query, error);
    }
}
