using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

/// <summary>A caller put together by hand from the protocol's document, which can send what no honest one would.</summary>
internal sealed class RawCaller : IDisposable
{
    public const ulong SourceId = 0x1122334455667788;

    private static readonly Endpoint Somewhere = Endpoint.FromIPv4(0xc0000209, 999);

    private readonly HandshakeState _noise;
    private PacketSealer? _sealer;
    private PacketOpener? _opener;
    private long _next;

    public RawCaller(ConnectionSide called, ConnectionParameters? parameters = null, byte version = ConnectionLimits.Version)
    {
        Called = called;
        Parameters = parameters ?? ConnectionParameters.From(ConnectionOptions.Default, new Bits128(0, 77), SourceId);
        Initial = new byte[ConnectionLimits.MinInitialDatagram];
        InitialPacket.WriteHeader(Initial, 0x02, SourceId, 0);
        Initial[1] = version;
        byte[] prologue = [.. "kith udp session"u8, .. Initial.AsSpan(1, 10)];
        _noise = new HandshakeState(
            NoiseProtocol.Parse("Noise_IK_25519_ChaChaPoly_BLAKE2s"), true, prologue, Key, called.Key.PublicKey, null, SystemRandom.Instance);
        var payload = Parameters.ToArray();
        var size = payload.Length + _noise.NextMessageOverhead;
        var at = InitialPacket.WriteHeader(Initial, 0x02, SourceId, size);
        Initial[1] = version;
        _noise.WriteMessage(payload, Initial.AsSpan(at));
        Macs = new HandshakeMacs(called.Key.PublicKey, null);
        Macs.WriteFirst(Initial);
    }

    public ConnectionSide Called { get; }

    public X25519PrivateKey Key { get; } = X25519PrivateKey.Generate(SystemRandom.Instance);

    public ConnectionParameters Parameters { get; }

    public HandshakeMacs Macs { get; }

    public byte[] Initial { get; }

    public Endpoint From { get; set; } = Somewhere;

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(50);

    public ulong RemoteId { get; private set; }

    public PacketSealer Sealer => _sealer!;

    /// <summary>A caller whose handshake is done and confirmed.</summary>
    public static RawCaller Open(ConnectionSide called, ConnectionParameters? parameters = null)
    {
        var caller = new RawCaller(called, parameters);
        caller.TakeResponse(called.Receive(caller.Now, caller.From, caller.Initial)!);
        caller.Send([(byte)FrameType.Ping]);
        Assert.Equal(ConnectionState.Open, called.Core.State);
        return caller;
    }

    public void TakeResponse(byte[] datagram)
    {
        Assert.True(ResponsePacket.TryRead(datagram, out var response));
        Assert.True(_noise.TryReadMessage(response.Message, new byte[512], out _));
        RemoteId = response.SourceId;
        var (send, receive) = _noise.SplitSecrets();
        _sealer = new PacketSealer(new PacketSecrets(send));
        _opener = new PacketOpener(new PacketSecrets(receive));
    }

    /// <summary>A sealed packet with these frames.</summary>
    public byte[] Seal(ReadOnlySpan<byte> frames, long? number = null, byte setBits = 0)
    {
        var at = number ?? _next++;
        var packet = new byte[ShortHeader.NumberAt + 4 + frames.Length + 16];
        var header = ShortHeader.Write(packet, RemoteId, _sealer!.Phase, at, 4);
        packet[0] |= setBits;
        frames.CopyTo(packet.AsSpan(header));
        _sealer.Seal(packet, header, 4, at, frames.Length);
        return packet;
    }

    public void Send(ReadOnlySpan<byte> frames) => Give(Seal(frames));

    public void Give(byte[] packet) => Called.Receive(Now, From, packet);

    /// <summary>The plaintexts of what the called side has to send.</summary>
    public List<(Endpoint To, byte[] Plaintext, int Size)> Read()
    {
        var all = new List<(Endpoint, byte[], int)>();
        foreach (var (to, datagram) in Called.Send(Now))
        {
            if (_opener!.TryOpen(datagram, out _, out var plaintext, out _))
                all.Add((to, plaintext.ToArray(), datagram.Length));
        }

        return all;
    }

    /// <summary>The code of the CLOSE that the called side sends; null when it sends none.</summary>
    public SessionErrorCode? ReadClose()
    {
        foreach (var (_, plaintext, _) in Read())
        {
            var reader = new WireReader(plaintext);
            while (PacketFrame.TryRead(ref reader, out var frame))
            {
                if (frame.Type == FrameType.Close)
                    return (SessionErrorCode)frame.Common.Code;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _noise.Dispose();
        _sealer?.Dispose();
        _opener?.Dispose();
        Key.Dispose();
    }
}
