using System.Text;
using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Transport;
using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Sessions over datagrams: the parsers of packets and frames, a port that strangers send to, and a peer with good keys who says anything.</summary>
internal static class ConnectionTargets
{
    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("packet frames", () => new FuzzTarget("packet frames", [Frames(), AckFrame()], ReadFrames)),
        ("connection parameters", () => new FuzzTarget("connection parameters",
            [ConnectionParameters.From(ConnectionOptions.Default, new Bits128(1, 2), 3).ToArray()], input => ConnectionParameters.TryParse(input, out _))),
        ("long packets", LongPackets),
        ("unrouted datagrams", Unrouted),
        ("strangers' datagrams", Strangers),
        ("live connection", LiveConnection),
    ];

    private static bool ReadFrames(byte[] input)
    {
        var reader = new WireReader(input);
        while (!reader.IsAtEnd)
        {
            var before = reader.Consumed;
            if (!PacketFrame.TryRead(ref reader, out var frame))
                return false;
            Assert.True(reader.Consumed > before, "a frame of no bytes");
            Assert.True(frame.Type != FrameType.Ack || frame.Third <= frame.Value);
        }

        return true;
    }

    private static byte[] Frames()
    {
        var bytes = new byte[1100];
        var writer = new FrameWriter(bytes);
        Assert.True(writer.TryWriteOpen(1, new StreamKind(1)) && writer.TryWriteOpen(3, new StreamKind(1)) && writer.TryWritePing());
        writer.WriteStreamHeader(1, 0, 100, withLength: true, fin: false).Fill(7);
        writer.WriteStreamHeader(1, 200, 50, withLength: true, fin: true).Fill(7);
        writer.WriteStreamHeader(0, 0, 30, withLength: true, fin: false).Fill(7);
        Assert.True(writer.TryWriteMaxData(1 << 21) && writer.TryWriteMaxStreams(100) && writer.TryWriteMaxStreamData(0, 1 << 20));
        Assert.True(writer.TryWriteStopSending(0, 7) && writer.TryWriteReset(3, 9, 0) && writer.TryWriteDatagram(new byte[50]));
        Assert.True(writer.TryWriteProbe(FrameType.PathChallenge, 5) && writer.TryWriteProbe(FrameType.PathResponse, 6));
        Assert.True(writer.TryWriteNewConnectionId(1, 0, 77, new Bits128(5, 6)) && writer.TryWriteRetireConnectionId(0));
        writer.PadTo(writer.Length + 5);
        writer.WriteStreamHeader(3, 0, 0, withLength: false, fin: true);
        return bytes[..writer.Length];
    }

    // Largest 20, no delay, two more ranges.
    private static byte[] AckFrame() => [(byte)FrameType.Ack, 20, 0, 2, 3, 1, 2, 0, 4];

    private static FuzzTarget LongPackets()
    {
        using var caller = new Side();
        using var called = new Side();
        var initial = caller.Dial(called.Key);
        var response = called.Answer(initial, out _);
        var refusal = new byte[64];
        refusal = refusal[..RefusalPacket.Write(refusal, SessionErrorCode.WrongKey, 5)];
        var final = new byte[200];
        FinalPacket.WriteHeader(final, 5, 100);
        return new FuzzTarget("long packets", [initial, response, refusal, final], input =>
        {
            var cookie = new byte[Cookies.Size];
            var known = InitialPacket.TryRead(input, out var first) && first.Message.Length <= HandshakeLimits.MaxMessage;
            known |= InitialPacket.TryReadInvariants(input, out _, out _);
            known |= ResponsePacket.TryRead(input, out var answer) && answer.Message.Length <= HandshakeLimits.MaxMessage;
            known |= FinalPacket.TryRead(input, out _, out var size) && size <= input.Length;
            known |= RefusalPacket.TryRead(input, out _, out _);
            known |= Cookies.TryRead(input, new HandshakeMacs(null, null), new byte[InitialPacket.MacSize], cookie);
            _ = LongHeader.TryReadDestination(input, out _);
            return known;
        });
    }

    // A port that no connection is open on: the answer is never more than three times what came, and what is begun is bounded.
    private static FuzzTarget Unrouted()
    {
        var called = new Side();
        byte[][] honest = [Call(called.Key), Call(null)];
        var count = 0;
        return new FuzzTarget("unrouted datagrams", honest, input =>
        {
            if (++count % 50 == 0)
                called.ForgetAll();
            if (input.Length == 0 || called.Routes(input))
                return false;
            var response = called.Answer(input, out var core);
            Assert.InRange(response.Length, 0, 3 * input.Length);
            Assert.True(core is null or { State: ConnectionState.HalfOpen });
            Assert.InRange(called.Table.Pending, 0, 64);
            return response.Length > 0;
        }, Longest: 2_000, Cost: 4);

        static byte[] Call(X25519PublicKey? key)
        {
            using var caller = new Side();
            return caller.Dial(key);
        }
    }

    // Packets of the peer, changed on the way: the session stays, whatever comes.
    private static FuzzTarget Strangers()
    {
        var victim = new Victim();
        var honest = new byte[3][];
        for (var i = 0; i < honest.Length; i++)
            honest[i] = victim.Seal([0, 1, 0]);
        var count = 0;
        return new FuzzTarget("strangers' datagrams", honest, input =>
        {
            // 15 s of the victim's time: without the peer it would end of silence.
            if (++count % 500 == 0)
                victim.Deliver(victim.Seal([(byte)FrameType.Ping]));
            var before = victim.Core.LastReceived;
            victim.Deliver(input);
            Assert.Equal(ConnectionState.Open, victim.Core.State);
            Assert.InRange(victim.Core.Paths.Count, 1, 2);
            return victim.Core.LastReceived > before;
        }, Longest: 2_000);
    }

    // Whatever authentic packets say costs the session at worst, with a code; and what is answered can be read.
    private static FuzzTarget LiveConnection()
    {
        var victim = new Victim();
        return new FuzzTarget("live connection", [Frames(), AckFrame()[..5]], input =>
        {
            if (victim.Core.State != ConnectionState.Open)
            {
                victim.Dispose();
                victim = new Victim();
            }

            victim.Deliver(victim.Seal(input));
            Assert.InRange(victim.Core.StreamCount, 0, 2 * SessionLimits.MaxStreams);
            Assert.InRange(victim.Core.Paths.Count, 1, ConnectionLimits.MaxPaths);
            Assert.True(victim.Core.State is ConnectionState.Open || victim.Core.Close is { Code: not SessionErrorCode.Internal });
            return true;
        }, Longest: 1_300, Cost: 8, FullRun: 200_000); // a session that was closed takes a handshake to have another
    }

    /// <summary>A table of connections without a port.</summary>
    private sealed class Side : IDisposable
    {
        private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
        private readonly List<ConnectionCore> _begun = [];
        private readonly byte[] _buffer = new byte[ConnectionLimits.MaxDatagram];

        public Side() => Table = new ConnectionTable(new TransportIdentity(_key, null, SystemRandom.Instance), ConnectionOptions.Default);

        public ConnectionTable Table { get; }

        public X25519PublicKey Key => _key.PublicKey;

        public Endpoint Endpoint { get; } = Endpoint.FromIPv4(0xC000_0201, 4001);

        public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(1);

        public byte[] Dial(X25519PublicKey? key)
        {
            var core = Table.Dial(Now, key);
            core.Try(Now, Endpoint);
            return _buffer[..core.Write(Now, _buffer, out _, out _)];
        }

        public bool Routes(byte[] datagram) => Table.TryRoute(datagram, out _);

        public byte[] Answer(byte[] datagram, out ConnectionCore? core)
        {
            Now += TimeSpan.FromMilliseconds(20);
            var response = new byte[ConnectionLimits.MinInitialDatagram];
            core = Table.ReceiveUnrouted(Now, Endpoint, (byte[])datagram.Clone(), response, out var length);
            if (core is not null)
                _begun.Add(core);
            return response[..length];
        }

        public void ForgetAll()
        {
            foreach (var core in _begun)
                Table.Forget(core);
            _begun.Clear();
        }

        public void Dispose() => Table.Dispose();
    }

    /// <summary>A responder with an open session, and the keys of the one who called it. Two streams of its own have something to say; half of what comes is read.</summary>
    private sealed class Victim : IStreamOwner, IDisposable
    {
        private readonly Side _side = new();
        private readonly ConnectionEffects _effects = new();
        private readonly List<SessionStream> _streams = [];
        private readonly byte[] _packet = new byte[ConnectionLimits.MaxDatagram];
        private readonly byte[] _output = new byte[ConnectionLimits.MaxDatagram];
        private readonly PacketSealer _sealer;
        private readonly PacketOpener _opener;
        private readonly ulong _id;
        private long _next;

        public Victim()
        {
            const ulong own = 99;
            var pattern = HandshakePattern.Choose(knowsResponder: true, isSwarm: false);
            var initial = new byte[ConnectionLimits.MinInitialDatagram];
            _ = InitialPacket.WriteHeader(initial, pattern.Id, own, 0);
            byte[] prologue = [.. Encoding.ASCII.GetBytes("kith udp session"), .. InitialPacket.BoundPart(initial)];
            var key = X25519PrivateKey.Generate(SystemRandom.Instance);
            using var noise = new HandshakeState(pattern.Protocol, true, prologue, key, _side.Key, null, SystemRandom.Instance);
            var payload = ConnectionParameters.From(ConnectionOptions.Default, new Bits128(1, 2), own).ToArray();
            var start = InitialPacket.WriteHeader(initial, pattern.Id, own, payload.Length + noise.NextMessageOverhead);
            noise.WriteMessage(payload, initial.AsSpan(start));
            new HandshakeMacs(_side.Key, null).WriteFirst(initial);
            var answer = _side.Answer(initial, out var core);
            Core = core!;
            Core.Owner = this;
            Assert.True(ResponsePacket.TryRead(answer, out var response));
            Assert.True(noise.TryReadMessage(response.Message, new byte[HandshakeLimits.MaxMessage], out _));
            _id = response.SourceId;
            var (send, receive) = noise.SplitSecrets();
            _sealer = new PacketSealer(new PacketSecrets(send));
            _opener = new PacketOpener(new PacketSecrets(receive));
            Deliver(Seal([(byte)FrameType.Ping]));
            for (var i = 0; i < 2; i++)
            {
                var stream = Core.TryOpen(new StreamKind(2))!;
                Assert.True(stream.Output.WriteAsync(new byte[1000]).AsTask().IsCompleted);
                _streams.Add(stream);
            }
        }

        public ConnectionCore Core { get; }

        public byte[] Seal(ReadOnlySpan<byte> frames)
        {
            var header = ShortHeader.Write(_packet, _id, _sealer.Phase, _next, ShortHeader.MaxNumberSize);
            frames.CopyTo(_packet.AsSpan(header));
            return _packet.AsSpan(0, _sealer.Seal(_packet, header, ShortHeader.MaxNumberSize, _next++, frames.Length)).ToArray();
        }

        public void Deliver(byte[] datagram)
        {
            _side.Now += TimeSpan.FromMilliseconds(30);
            Core.Receive(_side.Now, _side.Endpoint, (byte[])datagram.Clone(), _effects);
            Apply();
            if (Core.NextDeadline <= _side.Now)
            {
                Core.Tick(_side.Now, _effects);
                Apply();
            }

            foreach (var stream in _streams)
                ReadHalf(stream);
            for (var i = 0; Core.Write(_side.Now, _output, out _, out var segment) is > 0 and var written; i++)
            {
                Assert.InRange(i, 0, 1_000);
                for (var at = 0; at < written; at += segment)
                    ReadBack(_output.AsSpan(at, Math.Min(segment, written - at)));
            }
        }

        void IStreamOwner.OnFlushed(SessionStream stream) => Core.Flushed(stream);

        void IStreamOwner.OnConsumed(SessionStream stream, long bytes) => Core.Consumed(_side.Now, stream, bytes);

        void IStreamOwner.OnInputCompleted(SessionStream stream, ulong code)
        {
            Core.CompleteInput(stream, code, _effects);
            Apply();
        }

        void IStreamOwner.OnOutputReset(SessionStream stream, ulong code) => Core.ResetOutput(stream, code, byRemote: false);

        public void Dispose()
        {
            _side.Dispose();
            _sealer.Dispose();
            _opener.Dispose();
        }

        private void ReadBack(Span<byte> packet)
        {
            // An honest peer turns the phase when we do; here the key of the first is enough.
            if (_opener.TryOpen(packet, out _, out var plaintext, out var reserved))
                Assert.True(!reserved && ReadFrames(plaintext.ToArray()), "frames of ours that cannot be read");
        }

        private void Apply()
        {
            _streams.AddRange(_effects.Accepted);
            foreach (var (stream, ended) in _effects.Woken)
                stream.WakeReader(ended);
            _effects.Clear();
        }

        private static void ReadHalf(SessionStream stream)
        {
            try
            {
                if (!stream.Input.TryRead(out var read))
                    return;
                stream.Input.AdvanceTo(read.Buffer.GetPosition((read.Buffer.Length + 1) / 2));
            }
            catch (Exception error) when (error is StreamException or SessionException)
            {
                // The peer gave the stream, or the session, up.
            }
        }
    }
}
