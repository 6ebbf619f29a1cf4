using System.Text;
using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Overlay;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Transport.Handshake;
using Kith.Wire;

namespace Kith.Simulation.Connections;

/// <summary>Writes frames.</summary>
internal delegate void FrameMaker(ref FrameWriter writer);

/// <summary>A peer with keys of its own who completes the handshake as he should, and then sends whatever a test wants in packets that are authentic.</summary>
internal sealed class HostilePeer : IDatagramCore, IDisposable
{
    private readonly SimulatedNode _node;
    private readonly X25519PublicKey _victim;
    private readonly Endpoint _at;
    private readonly HandshakeState _noise;
    private readonly byte[] _initial = new byte[ConnectionLimits.MinInitialDatagram];
    private readonly byte[] _packet = new byte[ConnectionLimits.MaxDatagram];
    private PacketSealer? _sealer;
    private PacketOpener? _opener;
    private ulong _remoteId;

    public HostilePeer(SimulatedNode node, ConnectionNode victim, Endpoint at)
    {
        (_node, _victim, _at) = (node, victim.Key.PublicKey, at);
        var key = X25519PrivateKey.Generate(node.Random);
        var pattern = HandshakePattern.Choose(knowsResponder: true, isSwarm: false);
        Id = node.Random.Next();
        _ = InitialPacket.WriteHeader(_initial, pattern.Id, Id, 0);
        byte[] prologue = [.. Encoding.ASCII.GetBytes("kith udp session"), .. InitialPacket.BoundPart(_initial)];
        _noise = new HandshakeState(pattern.Protocol, true, prologue, key, _victim, null, node.Random);
        var payload = ConnectionParameters.From(ConnectionOptions.Default, new Bits128(1, 2), Id).ToArray();
        var start = InitialPacket.WriteHeader(_initial, pattern.Id, Id, payload.Length + _noise.NextMessageOverhead);
        _noise.WriteMessage(payload, _initial.AsSpan(start));
        new HandshakeMacs(_victim, null).WriteFirst(_initial);
    }

    public ulong Id { get; }

    public bool IsOpen => _sealer is not null;

    /// <summary>The number of the next packet.</summary>
    public long Next { get; set; }

    /// <summary>Frames that came, by type.</summary>
    public Dictionary<FrameType, int> Heard { get; } = [];

    /// <summary>The largest packet number that came.</summary>
    public long Largest => _opener?.LargestNumber ?? -1;

    public SessionErrorCode? Closed { get; private set; }

    public long BytesHeard { get; private set; }

    public List<ulong> Challenges { get; } = [];

    /// <summary>The last sealed packet, for whoever wants to send it again.</summary>
    public byte[] Last { get; private set; } = [];

    public bool AnswersChallenges { get; set; } = true;

    public long NextDeadline => long.MaxValue;

    public void Call() => _node.Send(_at, _initial);

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        BytesHeard += datagram.Length;
        if (_sealer is null)
        {
            TakeResponse(datagram);
            return;
        }

        var copy = datagram.ToArray();
        if (!ShortHeader.Is(copy[0]) || !_opener!.TryOpen(copy, out _, out var plaintext, out _))
            return;
        var reader = new WireReader(plaintext);
        while (!reader.IsAtEnd)
        {
            Assert.True(PacketFrame.TryRead(ref reader, out var frame), "a frame that cannot be read");
            Heard[frame.Type] = Heard.GetValueOrDefault(frame.Type) + 1;
            if (frame.Type == FrameType.Close)
                Closed = (SessionErrorCode)frame.Common.Code;
            if (frame.Type != FrameType.PathChallenge)
                continue;
            Challenges.Add(frame.Value);
            var data = frame.Value;
            if (AnswersChallenges)
                Send((ref FrameWriter writer) => writer.TryWriteProbe(FrameType.PathResponse, data));
        }
    }

    public void Tick(long now)
    {
    }

    /// <summary>Seals what the maker writes, and sends it.</summary>
    public void Send(FrameMaker make) => _node.Send(_at, Last = Seal(make));

    public byte[] Seal(FrameMaker make)
    {
        var header = ShortHeader.Write(_packet, _remoteId, _sealer!.Phase, Next, ShortHeader.MaxNumberSize);
        var writer = new FrameWriter(_packet.AsSpan(header, 1400));
        make(ref writer);
        return _packet.AsSpan(0, _sealer.Seal(_packet, header, ShortHeader.MaxNumberSize, Next++, writer.Length)).ToArray();
    }

    /// <summary>Seals bytes that need not be frames.</summary>
    public void SendRaw(ReadOnlySpan<byte> frames)
    {
        var bytes = frames.ToArray();
        Send((ref FrameWriter writer) =>
        {
            bytes.CopyTo(writer.Rest);
            writer.Advance(bytes.Length);
        });
    }

    public void Ping() => Send((ref FrameWriter writer) => writer.TryWritePing());

    public void Acknowledge(ulong largest, ulong first) => SendRaw([(byte)FrameType.Ack, .. Number(largest), .. Number(0), .. Number(0), .. Number(first)]);

    public void Dispose()
    {
        _noise.Dispose();
        _sealer?.Dispose();
        _opener?.Dispose();
    }

    public static byte[] Number(ulong value)
    {
        var bytes = new byte[VarInt.SizeOf(value)];
        VarInt.Write(bytes, value);
        return bytes;
    }

    private void TakeResponse(ReadOnlySpan<byte> datagram)
    {
        var payload = new byte[HandshakeLimits.MaxMessage];
        if (!ResponsePacket.TryRead(datagram, out var response) || !_noise.TryReadMessage(response.Message, payload, out _))
            return;
        _remoteId = response.SourceId;
        var (send, receive) = _noise.SplitSecrets();
        _sealer = new PacketSealer(new PacketSecrets(send));
        _opener = new PacketOpener(new PacketSecrets(receive));
    }
}
