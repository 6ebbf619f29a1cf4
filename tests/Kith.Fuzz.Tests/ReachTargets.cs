using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Reaching others: what reads its bytes, and a live introducer and registrant under them that sends nothing where it should not and stays within its bounds.</summary>
internal static class ReachTargets
{
    private static readonly Endpoint Introducer = Endpoint.FromIPv4(0xC612_0301, 4003);

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("reach message", () => new FuzzTarget("reach message", Corpus(), input => ReachMessage.TryRead(input, out _), Longest: 700)),
        ("call content", () => new FuzzTarget("call content", [Content()], input => CallContent.TryRead(input, out _), Longest: 400)),
        ("live reach", LiveReach),
    ];

    private static FuzzTarget LiveReach()
    {
        var live = new Live();
        return new FuzzTarget("live reach", [.. Corpus(), live.Probe()], live.Take, Longest: 700, Cost: 2);
    }

    private static byte[] Content()
    {
        var bytes = new byte[CallContent.Size];
        new CallContent { Time = 5, Call = 6, Secret = new byte[CallContent.SecretSize], Candidates = [Introducer] }.Write(bytes);
        return bytes;
    }

    private static byte[][] Corpus() =>
    [
        .. Enum.GetValues<ReachMessageType>().Where(type => type != ReachMessageType.None).Select(type =>
        {
            var bytes = new byte[ReachMessage.MaxDatagram];
            var isCall = type is ReachMessageType.Call or ReachMessageType.Calling;
            var size = new ReachMessage
            {
                Type = type, Key = new byte[ReachMessage.KeySize], Token = new byte[8], Number = 7, Seconds = 60, Own4 = Introducer, Own6 = Endpoint.FromIPv6(0x2001_0DB8_0000_0000, 1, 4001),
                Sealed = new byte[isCall ? SealedCall.CallSize : SealedCall.AnswerSize],
            }.Write(bytes);
            return bytes[..size];
        }),
    ];

    private sealed class Live : IReachGround, IDisposable
    {
        private readonly ReachCore _core;
        private readonly Dictionary<Endpoint, int> _sent = [];
        private long _now = 1_000_000;
        private int _inputs;

        public Live()
        {
            _core = new ReachCore(this, new TransportIdentity(X25519PrivateKey.Generate(SystemRandom.Instance), null, SystemRandom.Instance), SystemRandom.Instance);
            _core.Start(_now);
        }

        public void Dispose() => _core.Dispose();

        public OwnNetworks Networks { get; } = new([Endpoint.FromIPv4(0xCB00_7105, 4000)]);

        public IReadOnlyList<Endpoint> Entries => [];

        public bool? IsReachable => false;

        public IReadOnlyList<Endpoint> Candidates { get; } = [Endpoint.FromIPv4(0xCB00_7105, 4000)];

        public Endpoint? Wan4 => Candidates[0];

        public Endpoint? Wan6 => null;

        public NatKind Nat => NatKind.None;

        public bool PortVaries => false;

        public IPunchSockets Sockets => NoPunchSockets.Instance;

        public byte[] Probe()
        {
            var probe = new byte[ProbePacket.Size];
            new ProbePacket(1, true, false, 1).Write(probe, new byte[ProbePacket.KeySize]);
            return probe;
        }

        public bool Take(byte[] input)
        {
            if (++_inputs % 16 == 0)
                _now += 10;
            var choice = input.Length == 0 ? 0 : (input[^1] ^ (input.Length * 31)) + _inputs;
            var from = choice % 4 < 2 ? Endpoint.FromIPv4((uint)(choice * 2_654_435_761L), (ushort)(choice | 1)) : Introducer;
            _sent.Clear();
            if (input is [ProbePacket.First, ..])
                _core.ReceiveProbe(_now, from, input);
            else
                _core.Receive(_now, from, input);
            // Nothing to anybody but who sent it, and never more than three times as much; no probes, as nobody called.
            foreach (var (to, bytes) in _sent)
                Assert.True(to == from && bytes <= Math.Max(3 * input.Length, 120), $"{bytes} bytes to {to} for {input.Length}");
            if (_core.NextDeadline <= _now)
                _core.Tick(_now);
            Assert.Equal(0, _core.Obeyed);
            Assert.InRange(_core.Registered, 0, ReachLimits.MaxRegistered);
            return ReachMessage.TryRead(input, out _) || ProbePacket.TryReadCall(input, out _);
        }

        IReadOnlyList<Endpoint> IReachGround.Introducers(bool preferRelays) => [Introducer];

        bool IReachGround.Serves(Endpoint peer) => false;

        ushort IReachGround.Port => 4001;

        Endpoint IReachGround.MappedTcp => default;

        Endpoint IReachGround.Behind(Endpoint from) => from;

        void IReachGround.Meet(X25519PublicKey key, Endpoint at, bool isInitiator)
        {
        }

        Endpoint IReachGround.RouteTo(Endpoint introducer) => introducer;

        void IReachGround.Send(Endpoint to, ReadOnlySpan<byte> datagram) => _sent[to] = _sent.GetValueOrDefault(to) + datagram.Length;

        void IReachGround.SendProbe(Endpoint to, ReadOnlySpan<byte> probe) => Assert.Fail("nobody called");

        void IReachGround.ViaChanged()
        {
        }

        void IReachGround.Reached(X25519PublicKey key, Endpoint at) => Assert.Fail("nobody called");
    }
}
