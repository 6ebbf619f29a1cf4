using Kith.Crypto;
using Kith.Overlay.Dht.Krpc;
using Kith.Transport.Udp;
using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Serving;

/// <summary>
/// Answers the queries of others. An address that has echoed nothing of ours yet may be somebody else's: all that a datagram from there makes us send is at most
/// <see cref="MostAmplification"/> times as long as it. Nodes are left out to keep to that; a value that does not fit is held back until the address has answered a ping, so that an honest
/// stranger gets it one round trip later.
/// </summary>
internal sealed class Responder
{
    /// <summary>Bytes sent to an unproven address for each that came from it.</summary>
    public const int MostAmplification = 3;

    /// <summary>Nodes in an answer (BEP 5: k).</summary>
    public const int NodesInAnswer = 8;

    /// <summary>Peers in an answer.</summary>
    public const int PeersInAnswer = 50;

    /// <summary>Bytes kept free for the ping that shows whether somebody new is there.</summary>
    public const int PingRoom = 76;

    // Some more than are sent, as those that are not the asker's business are left out.
    private const int NodesLookedAt = 12;

    private readonly OwnNode _own;
    private readonly NodeBook _book;
    private readonly Querier _querier;
    private readonly IDatagramSink _sink;
    private readonly TokenIssuer _tokens;
    private readonly RateLimiter _limiter;
    private readonly PutJudge _judge;
    private readonly HeldQueries _held;

    public Responder(OwnNode own, NodeBook book, Querier querier, IDatagramSink sink, IRandom random)
    {
        _own = own;
        _book = book;
        _querier = querier;
        _sink = sink;
        _tokens = new TokenIssuer(random);
        _limiter = new RateLimiter(own, random);
        Items = new ItemStore(own);
        Peers = new PeerStore(own, random);
        Proven = new ProvenAddresses(random);
        _judge = new PutJudge(Items);
        _held = new HeldQueries(querier, Resume);
    }

    public ItemStore Items { get; }

    public PeerStore Peers { get; }

    public ProvenAddresses Proven { get; }

    public long NextDeadline => _held.NextDeadline;

    /// <summary>Takes a query.</summary>
    public void Take(long now, Endpoint from, ReadOnlySpan<byte> datagram, in KrpcMessage message)
    {
        if (!_limiter.TryPass(now, from) || !_own.Networks.MayAnswer(from))
            return;
        // BEP 43: a read-only node answers nobody; but whom it asks right now may want to see that it is there.
        if (_own.IsReadOnly && !(message.Method.SequenceEqual("ping"u8) && _querier.Transactions.IsAsking(from)))
            return;
        var isProven = Proven.Contains(now, from);
        Answer(new Asking(now, from, datagram, isProven ? KrpcLimits.MaxSent : datagram.Length * MostAmplification, isProven, !isProven), message);
    }

    public void Tick(long now) => _held.Tick(now);

    // A held query again: now proven, or with what is left of its room and no more patience.
    private void Resume(long now, Endpoint from, ReadOnlySpan<byte> datagram, int spent)
    {
        if (!KrpcMessage.TryRead(datagram, out var message))
            return;
        var isProven = Proven.Contains(now, from);
        Answer(new Asking(now, from, datagram, isProven ? KrpcLimits.MaxSent : (datagram.Length * MostAmplification) - spent, isProven, false), message);
    }

    private void Answer(in Asking asking, in KrpcMessage message)
    {
        var method = message.Method;
        if (method.SequenceEqual("ping"u8) || method.SequenceEqual("find_node"u8))
            AnswerNode(asking, message, method.Length > 4);
        else if (method.SequenceEqual("get_peers"u8))
            AnswerGetPeers(asking, message);
        else if (method.SequenceEqual("announce_peer"u8))
            AnswerAnnounce(asking, message);
        else if (method.SequenceEqual("get"u8))
            AnswerGet(asking, message);
        else if (method.SequenceEqual("put"u8))
            AnswerPut(asking, message);
        else
            Refuse(asking, message, DhtError.MethodUnknown);
    }

    private void AnswerNode(in Asking asking, in KrpcMessage message, bool withNodes)
    {
        if (!NodeQuery.TryRead(message.Body, out var query) || query.HasTarget != withNodes)
        {
            // A ping with a target is a ping.
            if (withNodes || !NodeQuery.TryRead(message.Body, out query))
            {
                Refuse(asking, message, DhtError.Protocol);
                return;
            }
        }

        scoped var reply = new KrpcReply { Asker = asking.From, Transaction = message.Transaction };
        Span<KnownNode> nodes = stackalloc KnownNode[NodesInAnswer], nodes6 = stackalloc KnownNode[NodesInAnswer];
        if (withNodes)
            FillNodes(ref reply, asking, query.Target, query.Want, nodes, nodes6);
        Send(asking, ref reply, query.Id, message.IsReadOnly);
    }

    private void AnswerGetPeers(in Asking asking, in KrpcMessage message)
    {
        if (!PeersQuery.TryRead(message.Body, out var query))
        {
            Refuse(asking, message, DhtError.Protocol);
            return;
        }

        Span<byte> token = stackalloc byte[TokenIssuer.Size];
        _tokens.Write(asking.Now, asking.From, token);
        Span<KnownNode> nodes = stackalloc KnownNode[NodesInAnswer], nodes6 = stackalloc KnownNode[NodesInAnswer];
        Span<Endpoint> peers = stackalloc Endpoint[PeersInAnswer];
        var reply = new KrpcReply { Asker = asking.From, Transaction = message.Transaction, Token = token };
        FillNodes(ref reply, asking, query.InfoHash, query.Want, nodes, nodes6);
        reply.Peers = peers[..Peers.Find(asking.Now, query.InfoHash, asking.From.IsIPv4, peers)];
        Send(asking, ref reply, query.Id, message.IsReadOnly);
    }

    private void AnswerAnnounce(in Asking asking, in KrpcMessage message)
    {
        if (!PeersQuery.TryRead(message.Body, out var query) || !_tokens.IsGood(asking.Now, asking.From, query.Token))
        {
            Refuse(asking, message, DhtError.Protocol);
            return;
        }

        Proven.Add(asking.Now, asking.From);
        var port = query.ImpliedPort ? asking.From.Port : query.Port;
        if (port == 0 || UdpPort.IsVirtual(asking.From))
            Refuse(asking, message, DhtError.Protocol);
        else if (!Peers.TryKeep(asking.Now, query.InfoHash, asking.From.WithPort(port), _own.Networks.AreLifted(asking.From)))
            Refuse(asking, message, DhtError.Server);
        else
            Accept(asking, message, query.Id);
    }

    private void AnswerGet(in Asking asking, in KrpcMessage message)
    {
        if (!ItemQuery.TryRead(message.Body, out var query) || !query.HasTarget)
        {
            Refuse(asking, message, DhtError.Protocol);
            return;
        }

        Span<byte> token = stackalloc byte[TokenIssuer.Size];
        _tokens.Write(asking.Now, asking.From, token);
        Span<KnownNode> nodes = stackalloc KnownNode[NodesInAnswer], nodes6 = stackalloc KnownNode[NodesInAnswer];
        var reply = new KrpcReply { Asker = asking.From, Transaction = message.Transaction, Token = token, Item = Items.Find(asking.Now, query.Target) };
        reply.OnlySequence = reply.Item?.Key is not null && query.Item.HasSequence && reply.Item.Sequence <= query.Item.Sequence;
        FillNodes(ref reply, asking, query.Target, query.Want, nodes, nodes6);
        Send(asking, ref reply, query.Id, message.IsReadOnly);
    }

    private void AnswerPut(in Asking asking, in KrpcMessage message)
    {
        if (!ItemQuery.TryRead(message.Body, out var query) || !_tokens.IsGood(asking.Now, asking.From, query.Item.Token))
        {
            Refuse(asking, message, DhtError.Protocol);
            return;
        }

        Proven.Add(asking.Now, asking.From);
        AddressPrefix? by = _own.Networks.AreLifted(asking.From) ? null : AddressPrefix.Of(asking.From);
        if (_judge.Put(asking.Now, query, by) is { } error)
            Refuse(asking, message, error);
        else
            Accept(asking, message, query.Id);
    }

    private void Accept(in Asking asking, in KrpcMessage message, NodeId id)
    {
        var reply = new KrpcReply { Asker = asking.From, Transaction = message.Transaction };
        Send(asking, ref reply, id, message.IsReadOnly);
    }

    private void FillNodes(ref KrpcReply reply, in Asking asking, NodeId target, Families want, Span<KnownNode> nodes, Span<KnownNode> nodes6)
    {
        if (want == Families.None && UdpPort.IsVirtual(asking.From))
            want = Families.IPv4 | Families.IPv6;
        else if (want == Families.None)
            want = asking.From.IsIPv4 ? Families.IPv4 : Families.IPv6;
        reply.WithNodes = want.HasFlag(Families.IPv4);
        reply.WithNodes6 = want.HasFlag(Families.IPv6);
        if (reply.WithNodes)
            reply.Nodes = nodes[..FindNodes(_book.Table4, asking.From, target, nodes)];
        if (reply.WithNodes6)
            reply.Nodes6 = nodes6[..FindNodes(_book.Table6, asking.From, target, nodes6)];
    }

    private int FindNodes(RoutingTable table, Endpoint asker, NodeId target, Span<KnownNode> nodes)
    {
        Span<NodeEntry> closest = stackalloc NodeEntry[NodesLookedAt];
        var found = table.FindClosest(target, closest, forOthers: true);
        var count = 0;
        // Nodes of our own network are no business of those outside; nor is the asker of his own.
        var isNear = _own.Networks.AreLifted(asker);
        foreach (ref var node in closest[..found])
        {
            if (count < nodes.Length && node.Endpoint != asker && (isNear || !_own.Networks.AreLifted(node.Endpoint)))
                nodes[count++] = new KnownNode(node.Id, node.Endpoint);
        }

        return count;
    }

    private void Send(in Asking asking, ref KrpcReply reply, NodeId asker, bool isReadOnly)
    {
        Span<byte> datagram = stackalloc byte[KrpcLimits.MaxSent];
        var sender = new KrpcSender(_own.IdBytes, false);
        var whole = reply;
        var wouldCheck = !isReadOnly && _book.WouldCheck(asker, asking.From);
        var room = asking.IsProven || !wouldCheck ? asking.Room : asking.Room - PingRoom;
        var fits = reply.TryWrite(datagram, sender, room, out var length);
        if ((!fits || reply.IsCut) && asking.MayHold && (!reply.Peers.IsEmpty || !whole.Peers.IsEmpty || reply.Item is not null)
            && _held.TryHold(asking.Now, asking.From, asking.Datagram))
        {
            return;
        }

        if (!fits && reply.Item is not null)
        {
            reply = whole;
            reply.OnlySequence = true;
            fits = reply.TryWrite(datagram, sender, room, out length);
        }

        if (!fits)
            return;
        _sink.Send(asking.From, datagram[..length]);
        if (!isReadOnly)
            _ = _book.Asked(asking.Now, asker, asking.From, wouldCheck && (asking.IsProven || asking.Room - length >= PingRoom));
    }

    private void Refuse(in Asking asking, in KrpcMessage message, DhtError error)
    {
        Span<byte> datagram = stackalloc byte[KrpcLimits.MaxSent];
        var writer = new BencodeWriter(datagram);
        KrpcError.Write(ref writer, error, asking.From, message.Transaction);
        if (writer.Length <= asking.Room)
            _sink.Send(asking.From, writer.Written);
    }

    private readonly ref struct Asking(long now, Endpoint from, ReadOnlySpan<byte> datagram, int room, bool isProven, bool mayHold)
    {
        public long Now { get; } = now;

        public Endpoint From { get; } = from;

        public ReadOnlySpan<byte> Datagram { get; } = datagram;

        /// <summary>Bytes that may be sent for it.</summary>
        public int Room { get; } = room;

        public bool IsProven { get; } = isProven;

        public bool MayHold { get; } = mayHold;
    }
}
