using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>Under which keys of the DHT the holders around a place are found (docs/protocol/mailbox.md, "Who holds").</summary>
public static class RoomKey
{
    /// <summary>Deepest key: so many bits of a place are in it.</summary>
    public const int MaxDepth = 32;

    private const int PrefixSize = 4;

    private static ReadOnlySpan<byte> Label => "kith-room-key-v1\0"u8;

    /// <summary>The place of a holder by where it is: the port counts only where the address is not a global one, since behind a global one there is one place, whatever ports it has.</summary>
    public static BoxAddress PlaceOf(Endpoint holder) => HolderPlace.Of(holder, withPort: AddressScope.KindOf(holder) != AddressKind.Global);

    /// <summary>The first bits of a place, the rest zero.</summary>
    public static uint PrefixAt(BoxAddress place, int depth)
    {
        if (depth == 0)
            return 0;
        Span<byte> bytes = stackalloc byte[BoxAddress.Size];
        place.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes) & (uint.MaxValue << (MaxDepth - depth));
    }

    /// <summary>The place that begins with these bits and has no others.</summary>
    public static BoxAddress AddressAt(uint prefix)
    {
        Span<byte> bytes = stackalloc byte[BoxAddress.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, prefix);
        return BoxAddress.FromBytes(bytes);
    }

    /// <summary>The key of a depth and the first bits of a place.</summary>
    public static NodeId At(int depth, uint prefix)
    {
        Span<byte> input = stackalloc byte[Label.Length + 1 + PrefixSize];
        Label.CopyTo(input);
        input[Label.Length] = (byte)depth;
        BinaryPrimitives.WriteUInt32BigEndian(input[(Label.Length + 1)..], prefix);
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input, hash);
        _ = NodeId.TryRead(hash[..NodeId.Size], out var key);
        return key;
    }
}
