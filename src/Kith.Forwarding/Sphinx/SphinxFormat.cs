using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>Sizes and places of a packet between forwarders (docs/protocol/forwarding.md). All are of the specification: both sides rely on them.</summary>
public static class SphinxFormat
{
    /// <summary>Bytes in every packet: one datagram of a session, in the smallest path that a session takes.</summary>
    public const int PacketSize = 1152;

    /// <summary>The first byte of every packet.</summary>
    public const byte Version = 0x01;

    /// <summary>The most nodes that a packet passes, the one it ends at counted: five forwarders and one more.</summary>
    public const int MaxHops = 6;

    /// <summary>What a node reads of the header, bytes: command 1, delay 2, place 32, the next key's hint 1, the next MAC 16.</summary>
    public const int LayerSize = 1 + sizeof(ushort) + HopAddress.PlaceSize + 1 + MacSize;

    /// <summary>The layers, bytes: always as many as <see cref="MaxHops"/>.</summary>
    public const int RoutingSize = MaxHops * LayerSize;

    /// <summary>The header's MAC, bytes.</summary>
    public const int MacSize = 16;

    /// <summary>The header, bytes: hint 1, group element 32, MAC 16, layers. A packet has the version before it.</summary>
    public const int HeaderSize = 1 + X25519PublicKey.Size + MacSize + RoutingSize;

    /// <summary>The payload as it travels, bytes: one wide block.</summary>
    public const int PayloadSize = PacketSize - 1 - HeaderSize;

    /// <summary>The zeroes at the payload's beginning that show that nobody altered it, bytes.</summary>
    public const int ZeroTagSize = 16;

    /// <summary>What one packet carries, bytes.</summary>
    public const int BodySize = PayloadSize - ZeroTagSize;

    /// <summary>The longest delay that a packet can ask of a node, milliseconds.</summary>
    public const int MaxDelay = ushort.MaxValue;

    // Places in a packet.
    internal const int HeaderAt = 1;
    internal const int PayloadAt = HeaderAt + HeaderSize;

    // Places in a header.
    internal const int HintAt = 0;
    internal const int ElementAt = HintAt + 1;
    internal const int MacAt = ElementAt + X25519PublicKey.Size;
    internal const int RoutingAt = MacAt + MacSize;

    // Places in a layer.
    internal const int CommandAt = 0;
    internal const int DelayAt = CommandAt + 1;
    internal const int PlaceAt = DelayAt + sizeof(ushort);
    internal const int NextHintAt = PlaceAt + HopAddress.PlaceSize;
    internal const int NextMacAt = NextHintAt + 1;

    /// <summary>The hint of a forwarding key: its first byte, which tells the keys of one node apart.</summary>
    public static byte HintOf(X25519PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[X25519PublicKey.Size];
        key.CopyTo(bytes);
        return bytes[0];
    }
}
