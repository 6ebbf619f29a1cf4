using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Sphinx;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Sphinx;

/// <summary>A few nodes with keys of their own, and paths over them.</summary>
internal sealed class Relays : IDisposable
{
    public const long Now = 1_790_000_000_000;
    public const int Delay = 70;

    private readonly ForwardingKeys[] _keys;

    public Relays(int count) =>
        _keys = [.. Enumerable.Range(0, count).Select(_ => new ForwardingKeys(new ForgetfulForwardingStore(), SystemRandom.Instance, Now))];

    public SphinxBuilder Builder { get; } = new(SystemRandom.Instance);

    public ForwardingKeys this[int index] => _keys[index];

    public static HopAddress Address(int index)
    {
        Span<byte> key = stackalloc byte[X25519PublicKey.Size];
        key.Fill((byte)(index + 1));
        Assert.True(X25519PublicKey.TryParse(key, out var transport));
        return HopAddress.At(Endpoint.FromIPv4(0x0A00_0001 + (uint)index, 7300), transport);
    }

    public PathHop[] Path(int count) => [.. Enumerable.Range(0, count).Select(i => new PathHop(Address(i), _keys[i].Public[0].Key, Delay + i))];

    public byte[] Message(int hops, ReadOnlySpan<byte> body)
    {
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(Builder.TryBuildMessage(Path(hops), body, packet));
        return packet;
    }

    public ProcessedPacket Process(int index, Span<byte> packet) => PacketProcessor.Process(_keys[index], packet);

    /// <summary>Takes a packet over the first nodes of the path, each of which must send it to the next.</summary>
    public void Carry(int hops, Span<byte> packet)
    {
        for (var i = 0; i < hops; i++)
        {
            var processed = Process(i, packet);
            Assert.Equal(PacketRefusal.None, processed.Refusal);
            Assert.True(processed.IsForwarded);
            Assert.Equal(Address(i + 1), processed.Next);
            Assert.Equal(Delay + i, processed.Delay);
        }
    }

    public void Dispose()
    {
        foreach (var keys in _keys)
            keys.Dispose();
    }
}
