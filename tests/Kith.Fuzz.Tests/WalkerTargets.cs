using System.Text;
using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>The walker's four messages, and a live walker under them: it stays within its bounds, answers nobody with more than it may, and goes on serving an honest peer.</summary>
internal static class WalkerTargets
{
    private const int HonestEvery = 6000;
    private const int InputsPerMillisecond = 20;

    // A little more than the shares of the table together.
    private const int MostPeers = 200;

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("walker message", () => new FuzzTarget("walker message", Corpus(), input => WalkerReader.TryRead(input, out _), Longest: 4096)),
        ("live walker", LiveWalker),
    ];

    private static FuzzTarget LiveWalker()
    {
        var live = new Live();
        return new FuzzTarget("live walker", Corpus(), live.Take, Longest: 4096);
    }

    private static byte[][] Corpus()
    {
        const string Us = "11:destinationd7:address11:203.0.113.54:porti4000ee";
        const string One = "d7:address10:198.19.7.77:peer_id8:abcdabcd4:porti4321ee";
        const string Six = "d7:address20:2a00:0:0:0:0:0:0:1%x4:porti4321ee";
        const string Kith = "2:ke8:echoecho2:kt8:tokentok2:kv1:1";
        return
        [
            Bytes($"d15:connection_typei0e{Us}16:network_operator3:KPN7:peer_id8:aaaa11114:typei1ee"),
            Bytes($"d15:connection_typei0e{Us}{Kith}2:kni8e16:network_operator3:KPN7:peer_id8:aaaa11114:typei1ee"),
            Bytes($"d15:connection_typei0e{Us}15:internal_source{One}7:invitee{One}16:network_operator0:7:peer_id8:aaaa11113:pexl{One}{Six}{One}e4:typei2ee"),
            Bytes($"d15:connection_typei0e{Us}15:internal_source{One}{Kith}16:network_operator0:7:peer_id8:aaaa11113:pexle4:typei2ee"),
            Bytes($"d{Us}7:peer_id8:aaaa111113:puncture_peer{One}6:source{One}4:typei3ee"),
            Bytes($"d{Us}{Kith}7:peer_id8:aaaa111113:puncture_peer{One}6:source{One}4:typei3ee"),
            Bytes($"d{Us}7:peer_id8:aaaa11116:source{One}4:typei4ee"),
        ];
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>A walker on the internet that gets everything from all sides, some of it with addresses that it knows.</summary>
    private sealed class Live : IDatagramSink
    {
        private static readonly Endpoint Honest = Endpoint.FromIPv4(0xC612_0101, 1873);
        private static readonly Endpoint Known = Endpoint.FromIPv4(0xC612_0201, 1873);

        private readonly WalkerCore _core;
        private readonly byte[] _request = Corpus()[0];
        private readonly byte[] _response = Corpus()[2];
        private readonly Dictionary<Endpoint, (long Took, long Gave)> _exchanged = [];
        private Endpoint _from;
        private long _now = 1_000_000;
        private int _inputs;
        private int _answered;
        private int _reflected;

        public Live()
        {
            _core = new WalkerCore(new WalkerOptions(new OwnNetworks([Endpoint.FromIPv4(0xCB00_7105, 4000)])), this, SystemRandom.Instance);
            Meet(Honest);
            Meet(Known);
        }

        public bool Take(byte[] input)
        {
            if (++_inputs % InputsPerMillisecond == 0)
                _now++;
            var choice = input.Length == 0 ? 0 : (input[^1] ^ (input.Length * 31)) + _inputs;
            // Half of it from anywhere, the rest from a peer that answered and from addresses of loopback and groups.
            _from = (choice % 8) switch
            {
                < 4 => Endpoint.FromIPv4((uint)(choice * 2_654_435_761L), (ushort)choice),
                < 7 => Known,
                _ => Endpoint.FromIPv4(choice % 16 < 8 ? 0x7F00_0001 : 0xE000_0001, 1873),
            };
            _reflected = 0;
            _core.Receive(_now, _from, input);
            // What an address sent before and was not answered in full counts for it, as in RFC 9000, section 8.1.
            var (took, gave) = _exchanged.GetValueOrDefault(_from);
            _exchanged[_from] = (took, gave) = (took + input.Length, gave + _reflected);
            if (_from != Known)
                Assert.True(gave <= WalkerCore.MaxAmplification * took, $"{gave} bytes back for {took}, {_reflected} of them for {input.Length}");
            if (_core.NextDeadline <= _now)
                _core.Tick(_now);
            if (_inputs % HonestEvery == 0)
                Visit();
            Assert.InRange(_core.Known, 0, MostPeers);
            return WalkerReader.TryRead(input, out _);
        }

        void IDatagramSink.Send(Endpoint to, ReadOnlySpan<byte> datagram)
        {
            Assert.InRange(datagram.Length, 1, WalkerWriter.MaxDatagram);
            var kind = AddressScope.KindOf(to);
            Assert.True(to.Port != 0 && kind is AddressKind.Global or AddressKind.Documentation, $"sends to {to}");
            if (to == _from)
                _reflected += datagram.Length;
            if (to == Honest && datagram.IndexOf("4:typei2e"u8) >= 0)
                _answered++;
        }

        // Whatever happened, a peer that was there before is still answered.
        private void Visit()
        {
            Meet(Known);
            var before = _answered;
            _from = default;
            _core.Receive(_now, Honest, _request);
            Assert.Equal(before + 1, _answered);
            Meet(Honest);
        }

        private void Meet(Endpoint peer)
        {
            _from = default;
            _core.Introduce(_now, peer);
            _core.Receive(_now, peer, _response);
        }
    }
}
