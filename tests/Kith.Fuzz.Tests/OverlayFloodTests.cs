using System.Diagnostics;
using System.Text;
using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Host;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>
/// The whole overlay of a node on the internet under 20,000 hostile datagrams a second from everywhere: it does not fail, does not grow, answers nobody unproven with more than three
/// times what they sent, sends nothing to addresses that are nobody's, and goes on answering honest peers.
/// </summary>
public sealed class OverlayFloodTests(ITestOutputHelper output)
{
    private const int PerMillisecond = 20;
    private const int ShortRun = 200_000;
    private const int FullRun = 10_000_000;
    private const int Longest = 2000;

    [Fact]
    public void AFloodOfHostileDatagrams_IsWithstood()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KITH_FUZZ_SEED"), out var chosen) ? chosen : Environment.TickCount;
        output.WriteLine($"seed {seed} (KITH_FUZZ_SEED repeats it)");
        var full = Environment.GetEnvironmentVariable("KITH_TEST_FULL") == "1";
        using var flood = new Flood(seed);
        // What is bounded fills first; from then on nothing may grow.
        flood.Run(ShortRun / 2);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        flood.Run(full ? FullRun : ShortRun);
        output.WriteLine($"{(full ? FullRun : ShortRun) / Stopwatch.GetElapsedTime(started).TotalSeconds:F0} datagrams a second; honest questions {flood.Asked}, answered {flood.Answered}");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 32 << 20);
        Assert.InRange(flood.Asked, 10, int.MaxValue);
        Assert.Equal(flood.Asked, flood.Answered);
        flood.End();
    }

    private sealed class Flood : IDatagramSink, IOutside, IDisposable
    {
        private const int MaxAmplification = 3;
        private const int HonestEvery = 10_000;
        private const int WatchedEvery = 64;
        private const int MaxWatched = 4_096;
        private const string Id = "abcdefghij0123456789";
        private static readonly Endpoint Us = Endpoint.FromIPv4(0x0102_0304, 4000);
        private static readonly Endpoint Honest = Endpoint.FromIPv4(0x0506_0708, 5000);

        private readonly OverlayCore _core;
        private readonly Mutator _mutator;
        private readonly Random _random;
        private readonly Dictionary<Endpoint, (long In, long Out)> _watched = [];
        private long _now = 1_700_000_000_000;
        private bool _gotAnswer;

        public Flood(int seed)
        {
            _mutator = new Mutator(seed, Corpus(), Longest);
            _random = new Random(seed);
            var options = new OverlayOptions { LocalNetwork = true, Mainline = false, Knock = true };
            _core = new OverlayCore(options, Us.Port, new OwnNetworks([Us]), this, this, SystemRandom.Instance, _now);
            _core.Start(_now);
        }

        public int Asked { get; private set; }

        public int Answered { get; private set; }

        public void Run(int datagrams)
        {
            for (var left = datagrams; left > 0; left--)
            {
                if (left % PerMillisecond == 0)
                    _now++;
                var datagram = _mutator.Next();
                _core.Receive(_now, From(left, datagram), datagram);
                if (_core.NextDeadline <= _now)
                    _core.Tick(_now);
                if (left % HonestEvery == 0)
                    AskHonestly();
            }
        }

        /// <summary>Lets everything that was begun come to its end.</summary>
        public void End()
        {
            for (var until = _now + 60_000; _now < until; _now += 10)
            {
                if (_core.NextDeadline <= _now)
                    _core.Tick(_now);
            }

            CheckWatched();
        }

        public void Dispose() => _core.Dispose();

        void IDatagramSink.Send(Endpoint to, ReadOnlySpan<byte> datagram)
        {
            var kind = AddressScope.KindOf(to);
            Assert.True(to.Port != 0 && kind is AddressKind.Global or AddressKind.Documentation, $"sends to {to}");
            if (_watched.TryGetValue(to, out var counts))
                _watched[to] = (counts.In, counts.Out + datagram.Length);
            if (to == Honest && (datagram.IndexOf("1:t2:hh"u8) >= 0 || datagram.IndexOf("4:typei2e"u8) >= 0))
                _gotAnswer = true;
        }

        void IOutside.SendMulticast(ReadOnlySpan<byte> datagram)
        {
        }

        void IOutside.Resolve(int id, string host) => Assert.Fail($"resolves {host}");

        void IOutside.ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message) => Assert.Fail($"asks {server}");

        void IOutside.Knocked(FindSecret secret, Contactable content, long madeAt) => Assert.Fail("a knock opened");

        Endpoint ICircuitPaths.Add(CircuitEnd end)
        {
            Assert.Fail("a circuit opened");
            return default;
        }

        void ICircuitPaths.Remove(Endpoint path, RelayRefusal why) => Assert.Fail("a circuit ended");

        // From anywhere: the internet, one prefix that floods, addresses that are nobody's, and some that are watched.
        private Endpoint From(int number, byte[] datagram)
        {
            var any = (uint)_random.NextInt64(1L << 32);
            var port = (ushort)_random.Next(1, 65536);
            if (number % WatchedEvery == 0)
                return Watch(Endpoint.FromIPv4(0x5000_0000 | (any & 0x0FFF_FFFF), port), datagram);
            return (any % 8) switch
            {
                < 4 => Endpoint.FromIPv4(any, port),
                4 => Endpoint.FromIPv6((0x2A00UL << 48) | any, any, port),
                5 => Endpoint.FromIPv4(0x7F00_0001, port),
                _ => Endpoint.FromIPv4(0x2021_2200 | (any & 0xFF), (ushort)(1024 + (port & 7))),
            };
        }

        private Endpoint Watch(Endpoint from, byte[] datagram)
        {
            if (_watched.Count >= MaxWatched)
            {
                CheckWatched();
                _watched.Clear();
            }

            _watched.TryGetValue(from, out var counts);
            _watched[from] = (counts.In + datagram.Length, counts.Out);
            return from;
        }

        private void CheckWatched() =>
            Assert.All(_watched, watched => Assert.True(
                watched.Value.Out <= MaxAmplification * watched.Value.In, $"{watched.Value.Out} bytes for {watched.Value.In} of {watched.Key}"));

        private void AskHonestly()
        {
            foreach (var question in (byte[][])
                [
                    Bytes($"d1:ad2:id20:{Id}e1:q4:ping1:t2:hh1:y1:qe"),
                    Bytes("d15:connection_typei0e11:destinationd7:address7:1.2.3.44:porti4000ee16:network_operator0:7:peer_id8:honest004:typei1ee"),
                ])
            {
                Asked++;
                _gotAnswer = false;
                _core.Receive(_now, Honest, question);
                if (_gotAnswer)
                    Answered++;
            }
        }

        private static byte[][] Corpus()
        {
            const string One = "d7:address10:81.19.7.77:peer_id8:abcdabcd4:porti4321ee";
            var nodes = new string('n', 26 * 8);
            return
            [
                Bytes($"d1:ad2:id20:{Id}e1:q4:ping1:t2:aa1:y1:qe"),
                Bytes($"d1:ad2:id20:{Id}6:target20:{Id}e1:q9:find_node1:t2:aa1:y1:qe"),
                Bytes($"d1:ad2:id20:{Id}9:info_hash20:{Id}e1:q9:get_peers1:t2:aa1:y1:qe"),
                Bytes($"d1:ad2:id20:{Id}6:target20:{Id}3:seqi1ee1:q3:get1:t2:aa1:y1:qe"),
                Bytes($"d1:ad2:id20:{Id}12:implied_porti1e9:info_hash20:{Id}4:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe"),
                Bytes($"d1:ad2:id20:{Id}1:k32:{Id}abcdefghij013:seqi1e3:sig64:{Id}{Id}{Id}abcd5:token8:aoeusnth1:v12:Hello World!e1:q3:put1:t2:aa1:y1:qe"),
                Bytes($"d2:ip6:abcdef1:rd2:id20:{Id}5:nodes208:{nodes}5:token8:aoeusnthe1:t2:aa1:v4:KT011:y1:re"),
                Bytes("d1:eli203e12:Bad protocole1:t2:aa1:y1:ee"),
                Bytes($"d15:connection_typei0e11:destination{One}16:network_operator3:KPN7:peer_id8:aaaa11114:typei1ee"),
                Bytes($"d15:connection_typei0e11:destination{One}15:internal_source{One}7:invitee{One}16:network_operator0:7:peer_id8:aaaa11113:pexl{One}{One}e4:typei2ee"),
                Bytes($"d11:destination{One}7:peer_id8:aaaa111113:puncture_peer{One}6:source{One}4:typei3ee"),
                Bytes($"d11:destination{One}7:peer_id8:aaaa11116:source{One}4:typei4ee"),
                Bytes($"d5:knock400:{new string('k', 400)}4:lifei3ee"),
                Bytes("d4:herei4711e3:run8:abcdefgh4:wanti1ee"),
                .. NatTargets.Corpus(),
            ];
        }

        private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
    }
}
