using System.Text;
using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Overlay.Dht.Krpc;
using Kith.Overlay.Dht.Serving;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Live DHT nodes: whatever comes, at twenty thousand datagrams a second, nothing grows, nobody unproven gets more than three times what he sent, and honest peers are answered.</summary>
internal static class DhtTargets
{
    private const int HonestEvery = 64;
    private const int PerMillisecond = 20;
    private const int TenMillion = 10_000_000;
    private const long MostGrowth = 64 << 20;

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("krpc message", () => new FuzzTarget("krpc message", [.. Queries(), .. Answers("\0\0\0\0\0\0")], Read, KrpcLimits.MaxDatagram + 100)),
        ("dht, queries of strangers", Strangers),
        ("dht, answers of those asked", Asked),
    ];

    private static bool Read(byte[] input)
    {
        if (!KrpcMessage.TryRead(input, out var message))
            return false;
        return message.Kind switch
        {
            KrpcKind.Answer => KrpcAnswer.TryRead(message.Body, out var answer) && answer.ReadPeers(new Endpoint[KrpcLimits.MaxPeers]) <= KrpcLimits.MaxPeers,
            KrpcKind.Error => KrpcError.TryRead(message.Body, out _),
            _ => NodeQuery.TryRead(message.Body, out _) | PeersQuery.TryRead(message.Body, out _) | ItemQuery.TryRead(message.Body, out _),
        };
    }

    private static FuzzTarget Strangers()
    {
        var node = new Node(OwnNetworks.Unknown);
        var count = 0;
        return new FuzzTarget("dht, queries of strangers", Queries(), input =>
        {
            count++;
            // From all over the world, so that no rate spares the node the work.
            var from = Endpoint.FromIPv4(0x1000_0000 + ((uint)(count % 60_000) << 12), 4000);
            node.Receive(from, input);
            var sent = node.BytesTo(from);
            Assert.InRange(sent, 0, input.Length * Responder.MostAmplification);
            if (count % PerMillisecond == 0)
                node.Pass(1);
            if (count % HonestEvery == 0)
                node.CheckHonest();
            if (count % (HonestEvery * 256) == 0)
                node.CheckGrowth();
            return sent > 0;
        }, KrpcLimits.MaxDatagram + 100, FullRun: TenMillion);
    }

    /// <summary>What the node asks somebody is answered by who wants to harm it: the transaction id is right, all else is anything.</summary>
    private static FuzzTarget Asked()
    {
        var node = new Node(OwnNetworks.Unknown);
        var count = 0;
        return new FuzzTarget("dht, answers of those asked", Answers("TTTTTT"), input =>
        {
            count++;
            var from = Endpoint.FromIPv4(0x1000_0000 + ((uint)(count % 60_000) << 12), 4000);
            var answered = false;
            node.Core.Ping(node.Now, from, result => answered |= result.Id is not null);
            if (count % 16 == 0)
                _ = node.Core.Get(node.Now, Wanted, _ => { });
            var copy = (byte[])input.Clone();
            if (node.TakeTransaction(from) is { } transaction && copy.AsSpan().IndexOf("TTTTTT"u8) is var at and >= 0)
                transaction.CopyTo(copy, at);
            node.Receive(from, copy);
            node.AnswerAll(input);
            if (count % PerMillisecond == 0)
                node.Pass(1);
            if (count % HonestEvery == 0)
                node.CheckHonest();
            if (count % (HonestEvery * 256) == 0)
                node.CheckGrowth();
            return answered;
        }, KrpcLimits.MaxDatagram + 100, Cost: 4);
    }

    private static DhtTarget Wanted { get; } = DhtTarget.Mutable(Ed25519PrivateKey.FromSeed(new byte[32]).PublicKey);

    private static byte[][] Queries()
    {
        const string id = "2:id20:01234567890123456789";
        const string target = "6:target20:abcdefghij0123456789";
        using var key = Ed25519PrivateKey.FromSeed(new byte[32]);
        var item = DhtItem.Sign(key, "salt"u8, 3, DhtItem.Encode("a value"u8));
        byte[] put =
        [
            .. Text($"d1:ad{id}1:k32:"), .. key.PublicKey.ToArray(), .. Text("4:salt4:salt3:seqi3e3:sig64:"), .. item.Signature,
            .. Text("5:token8:abcdefgh1:v"), .. item.Value, .. Text("e1:q3:put1:t2:aa1:y1:qe"),
        ];
        return
        [
            Text($"d1:ad{id}e1:q4:ping1:t2:aa1:y1:qe"),
            Text($"d1:ad{id}{target}4:wantl2:n42:n6ee1:q9:find_node1:t2:aa1:v4:LT011:y1:qe"),
            Text($"d1:ad{id}9:info_hash20:abcdefghij0123456789e1:q9:get_peers2:roi1e1:t2:aa1:y1:qe"),
            Text($"d1:ad{id}12:implied_porti1e9:info_hash20:abcdefghij01234567894:porti80e5:token8:abcdefghe1:q13:announce_peer1:t2:aa1:y1:qe"),
            Text($"d1:ad{id}3:seqi2e{target}e1:q3:get1:t2:aa1:y1:qe"),
            put,
            Text($"d1:ad{id}{target}e1:q4:vote1:t2:aa1:y1:qe"),
        ];
    }

    private static byte[][] Answers(string transaction)
    {
        using var key = Ed25519PrivateKey.FromSeed(new byte[32]);
        var item = DhtItem.Sign(key, default, 3, DhtItem.Encode("a value"u8));
        const string id = "2:id20:01234567890123456789";
        byte[] nodes = [.. Enumerable.Range(0, 8).SelectMany(i => (byte[])[.. new byte[19], (byte)i, 9, (byte)i, 1, 1, 26, 225])];
        return
        [
            Text($"d2:ip6:abcdef1:rd{id}e1:t6:{transaction}1:y1:re"),
            [.. Text($"d1:rd{id}5:nodes208:"), .. nodes, .. Text($"5:token8:abcdefgh6:valuesl6:abcdefee1:t6:{transaction}1:y1:re")],
            [.. Text($"d1:rd{id}1:k32:"), .. key.PublicKey.ToArray(), .. Text("3:seqi3e3:sig64:"), .. item.Signature, .. Text("5:token3:abc1:v"), .. item.Value, .. Text($"e1:t6:{transaction}1:y1:re")],
        ];
    }

    private static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    private sealed class Node : IDatagramSink
    {
        private static readonly Endpoint Honest = Endpoint.FromIPv4(0x0505_0505, 5);
        private static readonly byte[] HonestGet = Text("d1:ad2:id20:999999999999999999996:target20:");

        private readonly List<(Endpoint To, byte[] Datagram)> _sent = [];
        private readonly byte[] _get;
        private readonly DhtItem _item;
        private long _base;

        public Node(OwnNetworks networks)
        {
            Core = new DhtCore(new DhtOptions { Networks = networks }, this, SystemRandom.Instance);
            _item = DhtItem.Immutable(DhtItem.Encode("what an honest peer has put"u8));
            var target = new byte[NodeId.Size];
            _item.Target.CopyTo(target);
            _get = [.. HonestGet, .. target, .. Text("e1:q3:get1:t2:hh1:y1:qe")];
        }

        public DhtCore Core { get; }

        public long Now { get; private set; } = 1_767_225_600_000;

        public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => _sent.Add((to, datagram.ToArray()));

        public void Receive(Endpoint from, byte[] datagram)
        {
            _sent.Clear();
            Core.Receive(Now, from, datagram);
        }

        public int BytesTo(Endpoint endpoint) => _sent.Where(sent => sent.To == endpoint).Sum(sent => sent.Datagram.Length);

        public void Pass(long milliseconds)
        {
            Now += milliseconds;
            for (var turns = 0; turns < 100 && Core.NextDeadline <= Now; turns++)
                Core.Tick(Now);
        }

        /// <summary>The transaction id of a query just sent to an address, or null.</summary>
        public byte[]? TakeTransaction(Endpoint to)
        {
            foreach (var (endpoint, datagram) in _sent)
            {
                if (endpoint == to && KrpcMessage.TryRead(datagram, out var message) && message.Kind == KrpcKind.Query)
                    return message.Transaction.ToArray();
            }

            return null;
        }

        /// <summary>Answers every query that is out, with one and the same text.</summary>
        public void AnswerAll(byte[] answer)
        {
            var at = answer.AsSpan().IndexOf("TTTTTT"u8);
            foreach (var (to, datagram) in _sent.ToArray())
            {
                if (at < 0 || !KrpcMessage.TryRead(datagram, out var message) || message.Kind != KrpcKind.Query)
                    continue;
                var copy = (byte[])answer.Clone();
                message.Transaction.CopyTo(copy.AsSpan(at));
                Core.Receive(Now, to, copy);
            }
        }

        /// <summary>An honest peer puts what it put before and is given it back.</summary>
        public void CheckHonest()
        {
            Receive(Honest, _get);
            var token = Answer().Token;
            Receive(Honest, [.. Text("d1:ad2:id20:999999999999999999995:token8:"), .. token, .. Text("1:v"), .. _item.Value, .. Text("e1:q3:put1:t2:hh1:y1:qe")]);
            _ = Answer();
            Receive(Honest, _get);
            Assert.Equal(_item.Value, Answer().Value);
            // Twenty a second for one address.
            Pass(150);
        }

        public void CheckGrowth()
        {
            Assert.InRange(Core.Pending, 0, TransactionTable.MaxTransactions);
            Assert.InRange(Core.StoredItems, 0, ItemStore.MaxItems);
            Assert.InRange(Core.StoredHashes, 0, PeerStore.MaxHashes);
            Assert.InRange(Core.Table.Count + Core.Table6.Count, 0, 2000);
            var memory = GC.GetTotalMemory(forceFullCollection: true);
            _base = _base == 0 ? memory : _base;
            Assert.InRange(memory, 0, _base + MostGrowth);
        }

        private (byte[] Token, byte[] Value) Answer()
        {
            var datagram = Assert.Single(_sent, sent => sent.To == Honest).Datagram;
            Assert.True(KrpcMessage.TryRead(datagram, out var message));
            Assert.Equal(KrpcKind.Answer, message.Kind);
            Assert.True(KrpcAnswer.TryRead(message.Body, out var answer));
            return (answer.Item.Token.ToArray(), answer.Item.Value.ToArray());
        }
    }
}
