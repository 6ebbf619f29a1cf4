using System.IO.Pipelines;
using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Transport;
using Kith.Transport.Frames;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Addresses, records and frames of a session, and a whole live session under frames of a hostile node.</summary>
internal static class TransportTargets
{
    private const int HonestStreams = 3;

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("node address", () => WireTargets.Text("node address", ["127.0.0.1:4711", "[::1]:4711", "tor/example.onion:80", "onion/vwgtqcimkzo7wcd5bcxm72a4iive34t72n2waambvmfxzfc27top2yyd:80"], Address)),
        ("preface", () => new FuzzTarget("preface", [new Preface(Preface.CurrentVersion, 1).ToArray()],
            input => Preface.CanStartWith(input) & Preface.TryRead(input, out _))),
        ("session parameters", () => new FuzzTarget("session parameters", [SessionParameters.Default.ToArray()], input => SessionParameters.TryParse(input, out _))),
        ("frames", () => new FuzzTarget("frames", [Frames()], ReadFrames)),
        ("record", Record),
        ("live session", LiveSession),
    ];

    private static bool Address(string text)
    {
        if (!NodeAddress.TryParse(text, out var address))
            return false;
        _ = address!.ToIPEndPoint();
        Assert.True(NodeAddress.TryParse(address.ToString(), out var again) && again == address, $"{text} becomes {address}");
        return true;
    }

    private static bool ReadFrames(byte[] input)
    {
        var reader = new WireReader(input);
        while (!reader.IsAtEnd)
        {
            var before = reader.Consumed;
            if (!Frame.TryRead(ref reader, out _))
                return false;
            Assert.True(reader.Consumed > before, "a frame of no bytes");
        }

        return true;
    }

    private static FuzzTarget Record()
    {
        byte[] key = new byte[32], honest = new byte[RecordProtection.MaxRecord];
        using var sealing = new RecordProtection(NewCipher(key));
        honest = honest[..sealing.Seal(Frames(), honest)];
        var plaintext = new byte[SessionLimits.MaxRecordPlaintext];
        var opening = new RecordProtection(NewCipher(key));
        return new FuzzTarget("record", [honest], input =>
        {
            if (!RecordProtection.TryMeasure(input, out var size) || size == 0 || input.Length < size
                || !opening.TryOpen(input.AsSpan(0, size), plaintext, out _))
                return false;
            // An accepted record has used its number: the next input is a first record again.
            opening.Dispose();
            opening = new RecordProtection(NewCipher(key));
            return true;
        });
    }

    private static CipherState NewCipher(byte[] key)
    {
        using HandshakeState a = new(NoiseProtocol.Parse("Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s"), true, [], null, null, new SecretBytes(key), new Constant()),
            b = new(NoiseProtocol.Parse("Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s"), false, [], null, null, new SecretBytes(key), new Constant());
        var message = new byte[256];
        var payload = new byte[256];
        var length = a.WriteMessage([], message);
        Assert.True(b.TryReadMessage(message.AsSpan(0, length), payload, out _));
        length = b.WriteMessage([], message);
        Assert.True(a.TryReadMessage(message.AsSpan(0, length), payload, out _));
        var (send, receive) = a.Split();
        receive.Dispose();
        return send;
    }

    // Everything that a node says to another: three streams of its own, something on ours, credit, a stop, probes, a datagram.
    private static byte[] Frames()
    {
        var bytes = new byte[4096];
        var writer = new FrameWriter(bytes);
        for (ulong number = 0; number < HonestStreams; number++)
        {
            var id = (number << 1) | 1;
            Assert.True(writer.TryWriteOpen(id, new StreamKind(1)));
            Assert.True(writer.TryWriteStream(id, new System.Buffers.ReadOnlySequence<byte>(new byte[100]), 100, fin: number == 1));
        }

        Assert.True(writer.TryWriteProbe(FrameType.Ping, 5) && writer.TryWriteProbe(FrameType.Pong, 1));
        Assert.True(writer.TryWriteStream(0, new System.Buffers.ReadOnlySequence<byte>(new byte[30]), 30, fin: false));
        Assert.True(writer.TryWriteMaxData(1 << 21) && writer.TryWriteMaxStreams(100) && writer.TryWriteMaxStreamData(0, 1 << 20));
        Assert.True(writer.TryWriteStopSending(0, 7) && writer.TryWriteReset(1, 9, 100) && writer.TryWriteDatagram(new byte[50]));
        return bytes[..writer.Length];
    }

    // The side under test began the session, has two streams open with something to say, reads part of what comes, and answers.
    private static FuzzTarget LiveSession()
    {
        var record = new byte[SessionLimits.MaxRecordPlaintext];
        byte[] honest = Frames(), closing = new byte[64];
        var writer = new FrameWriter(closing);
        Assert.True(writer.TryWriteClose(SessionErrorCode.ShuttingDown, "bye"));
        return new FuzzTarget("live session", [honest, [.. honest, .. closing.AsSpan(0, writer.Length)]], input =>
        {
            var peer = new HostileSession();
            var size = 1 + (input.Length % 5 * 100);
            for (var at = 0; at < input.Length; at += size)
                peer.Receive(input.AsSpan(at, Math.Min(size, input.Length - at)), record);
            // Cut anywhere, frames break: as one record it is honest.
            var whole = new HostileSession();
            whole.Receive(input.AsSpan(0, Math.Min(input.Length, SessionLimits.MaxRecordPlaintext)), record);
            return whole.Core.Close is null or { ByRemote: true };
        }, Longest: 4096, Cost: 10);
    }

    /// <summary>A session's core with the room above it, of which only the last half of what comes is read.</summary>
    private sealed class HostileSession : IStreamOwner
    {
        private readonly SessionEffects _effects = new();
        private readonly List<SessionStream> _streams = [];
        private TimeSpan _now;

        public HostileSession()
        {
            Core = new SessionCore(this, isInitiator: true, SessionParameters.Default, SessionParameters.Default, _now);
            for (var i = 0; i < 2; i++)
            {
                var stream = Core.TryOpen(new StreamKind(2))!;
                Assert.True(stream.Output.WriteAsync(new byte[1000]).AsTask().IsCompleted);
                _streams.Add(stream);
            }
        }

        public SessionCore Core { get; }

        public void Receive(ReadOnlySpan<byte> bytes, byte[] record)
        {
            _now += TimeSpan.FromSeconds(1);
            Core.Receive(bytes, _now, _effects);
            Deliver();
            Core.Tick(_now, _effects);
            Deliver();
            for (var written = 1; written > 0;)
            {
                written = Core.WriteRecord(record, _now);
                Assert.True(ReadFrames(record[..written]), "frames of ours that cannot be read");
            }

            foreach (var stream in _streams)
                ReadHalf(stream);
            Assert.InRange(Core.StreamCount, 0, SessionLimits.MaxStreams + 2);
            Assert.InRange(_streams.Count, 0, 8 * SessionLimits.MaxStreams);
        }

        void IStreamOwner.OnFlushed(SessionStream stream) => Core.Flushed(stream);

        void IStreamOwner.OnConsumed(SessionStream stream, long bytes) => Core.Consumed(stream, bytes);

        void IStreamOwner.OnInputCompleted(SessionStream stream, ulong code)
        {
            Core.CompleteInput(stream, code, _effects);
            Deliver();
        }

        void IStreamOwner.OnOutputReset(SessionStream stream, ulong code) => Core.ResetOutput(stream, code, byRemote: false);

        private void Deliver()
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
                Assert.InRange(read.Buffer.Length, 0, SessionLimits.StreamWindow);
                stream.Input.AdvanceTo(read.Buffer.GetPosition((read.Buffer.Length + 1) / 2));
            }
            catch (Exception error) when (error is StreamException or SessionException)
            {
                // The other side gave the stream, or the session, up.
            }
        }
    }

    private sealed class Constant : IRandom
    {
        public void Fill(Span<byte> destination) => destination.Fill(0x42);
    }
}
