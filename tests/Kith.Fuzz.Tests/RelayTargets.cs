using System.Buffers;
using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Relay;
using Kith.Transport.Tunnels;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Relays and tunnels: what reads their bytes, and a live relay under them that stays within its bounds, amplifies nothing and goes on carrying an honest circuit.</summary>
internal static class RelayTargets
{
    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("relay message", () => new FuzzTarget("relay message", Corpus(), input => RelayMessage.TryRead(input, out _), Longest: 512)),
        ("live relay", LiveRelay),
        ("tunnel frames", () => new FuzzTarget("tunnel frames", [[0, 1, 2, 0, 3, 1, 2, 3]], Frames)),
    ];

    private static FuzzTarget LiveRelay()
    {
        var live = new Live();
        return new FuzzTarget("live relay", [.. Corpus(), .. Live.Packets()], live.Take, Longest: 2000);
    }

    private static byte[][] Corpus() =>
    [
        .. Enum.GetValues<RelayMessageType>().Where(type => type != RelayMessageType.None).Select(type => new RelayMessage
        {
            Type = type, Id = 7, Handle = "handlehandlehand"u8, Token = "tokentok"u8, Circuit = 9, Key = "keykeykeykeykeyk"u8, Counter = 3, Seconds = 3600, Code = 1, Tag = "tagtagtagtagtagt"u8,
        }.Write(new byte[RelayMessage.MaxDatagram]).ToArray()),
    ];

    private static bool Frames(byte[] input)
    {
        var rest = new ReadOnlySequence<byte>(input);
        bool? got;
        while ((got = Tunnel.TryRead(ref rest, out var datagram)) == true)
            Assert.InRange(datagram.Length, 1, TunnelLimits.MaxDatagram);
        return got is not null && rest.IsEmpty;
    }

    /// <summary>A relay that also uses circuits, with one honest circuit through it.</summary>
    private sealed class Live : IDatagramSink, ICircuitPaths, IRelayRegistrations
    {
        private const int HonestEvery = 500;
        private static readonly Endpoint Caller = Endpoint.FromIPv4(0xC612_0101, 4001);
        private static readonly Endpoint Receiver = Endpoint.FromIPv4(0xC612_0201, 4002);
        private static readonly Endpoint Introducer = Endpoint.FromIPv4(0xC612_0301, 4003);
        private static readonly byte[] Handle = "handlehandlehand"u8.ToArray();

        private readonly RelayCore _core;
        private readonly HashSet<Endpoint> _paths = [];
        private readonly Dictionary<Endpoint, List<byte[]>> _sent = [];
        private ulong _lastPath;
        private long _now = 1_000_000;
        private int _inputs;
        private ulong _callerId;
        private ulong _receiverId;
        private byte[] _callerKey = [];
        private byte[] _receiverKey = [];
        private ulong _counter = 1UL << 60;

        public Live()
        {
            _core = new RelayCore(new OwnNetworks([Endpoint.FromIPv4(0xCB00_7105, 4000)]), this, SystemRandom.Instance, this, this);
            _core.SetConsent(RelayConsent.Both);
            OpenHonest();
        }

        public static byte[][] Packets() => [[RelayLimits.DataByte, 0, 0, 0, 0, 0, 0, 0, 7, 0xc0, 1, 2], [RelayLimits.DataByte, 0, 0, 0, 0, 0, 0, 0, 9, 0x40]];

        public bool Take(byte[] input)
        {
            if (++_inputs % 16 == 0)
                _now++;
            var choice = input.Length == 0 ? 0 : (input[^1] ^ (input.Length * 31)) + _inputs;
            var from = (choice % 8) switch
            {
                < 3 => Endpoint.FromIPv4((uint)(choice * 2_654_435_761L), (ushort)(choice | 1)),
                3 => Caller,
                4 => Receiver,
                _ => Introducer,
            };
            _sent.Clear();
            if (input.Length > 0 && input[0] == RelayLimits.DataByte)
                _ = _core.Table.Take(_now, from, [.. input], out _);
            else
                _core.Receive(_now, from, input);
            // An answer is never more than what came, and nobody else hears of it but one of those that agreed.
            foreach (var (to, datagrams) in _sent)
            {
                if (to == from)
                    Assert.True(datagrams.Sum(one => one.Length) <= Math.Max(input.Length, 2 * RelayMessage.MaxDatagram));
                else
                    Assert.True(to == Caller || to == Receiver || to == Introducer, $"sends to {to}");
            }

            if (_core.NextDeadline <= _now)
                _core.Tick(_now);
            var view = _core.View;
            Assert.InRange(view.Served, 0, RelayLimits.MaxServed);
            Assert.InRange(view.Used, 0, RelayLimits.MaxUsed);
            Assert.Equal(view.Used, _paths.Count);
            if (_inputs % HonestEvery == 0)
                Visit();
            return RelayMessage.TryRead(input, out _) || input.Length > RelayLimits.DataHeaderSize;
        }

        void IDatagramSink.Send(Endpoint to, ReadOnlySpan<byte> datagram)
        {
            Assert.InRange(datagram.Length, 1, RelayMessage.MaxDatagram);
            if (!_sent.TryGetValue(to, out var list))
                _sent[to] = list = [];
            list.Add(datagram.ToArray());
        }

        Endpoint ICircuitPaths.Add(CircuitEnd end)
        {
            var path = Endpoint.FromIPv6(0x0100_0000_0000_0000, ++_lastPath, 1);
            Assert.True(_paths.Add(path));
            return path;
        }

        void ICircuitPaths.Remove(Endpoint path, RelayRefusal why) => Assert.True(_paths.Remove(path));

        bool IRelayRegistrations.TryFind(ReadOnlySpan<byte> handle, out RelayRegistrant registrant)
        {
            registrant = new RelayRegistrant(Receiver, true);
            return handle.SequenceEqual(Handle);
        }

        bool IRelayRegistrations.IsRegisteredWith(Endpoint introducer) => introducer == Introducer;

        private void OpenHonest()
        {
            _sent.Clear();
            Say(Caller, new RelayMessage { Type = RelayMessageType.Open, Id = 1, Handle = Handle });
            Say(Caller, new RelayMessage { Type = RelayMessageType.Open, Id = 1, Handle = Handle, Token = Last(Caller).Token });
            Say(Receiver, new RelayMessage { Type = RelayMessageType.Accept, Id = Last(Receiver).Id, Token = new byte[8] });
            var toCaller = Last(Caller);
            var toReceiver = Last(Receiver);
            (_callerId, _callerKey) = (toCaller.Circuit, toCaller.Key.ToArray());
            (_receiverId, _receiverKey) = (toReceiver.Circuit, toReceiver.Key.ToArray());
            Visit();
        }

        // Whatever happened, a circuit that was there before is still carried.
        private void Visit()
        {
            Keep(Caller, _callerId, _callerKey);
            Keep(Receiver, _receiverId, _receiverKey);
            var end = new CircuitEnd(default, _callerId, _callerKey, false, _now);
            Assert.Equal(PacketFate.Forward, _core.Table.Take(_now, Caller, end.Wrap([0xc0, 1], new byte[32]), out var to));
            Assert.Equal(Receiver, to);
        }

        private void Keep(Endpoint from, ulong id, byte[] key)
        {
            Span<byte> tag = stackalloc byte[RelayMessage.TagSize];
            RelayMessage.Authenticate(key, id, ++_counter, new byte[8], 0, tag);
            Say(from, new RelayMessage { Type = RelayMessageType.Keep, Id = id, Counter = _counter, Token = new byte[8], Tag = tag });
        }

        private void Say(Endpoint from, in RelayMessage message) => _core.Receive(_now, from, message.Write(new byte[RelayMessage.MaxDatagram]));

        private RelayMessage Last(Endpoint to) => RelayMessage.TryRead(_sent[to][^1], out var message) ? message : throw new InvalidOperationException("nothing was said");
    }
}
