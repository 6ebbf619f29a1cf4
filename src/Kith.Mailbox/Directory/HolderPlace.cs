using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>A holder's place, or a box's address as one: 32 bytes held by value, between which XOR is the distance (docs/protocol/mailbox.md, "Who holds").</summary>
/// <param name="A">The first 8 bytes.</param>
/// <param name="B">The next.</param>
/// <param name="C">The next.</param>
/// <param name="D">The last 8 bytes.</param>
public readonly record struct HolderPlace(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Bytes of a place.</summary>
    public const int Size = 32;

    /// <summary>Deepest key: so many bits of a place are in it.</summary>
    public const int MaxDepth = 32;

    private const int KeyPrefixSize = 4;

    /// <summary>Reads a place, or a box's address.</summary>
    /// <exception cref="ArgumentException">It has not <see cref="Size"/> bytes.</exception>
    public static HolderPlace Read(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new HolderPlace(
            BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]))
        : throw new ArgumentException($"a place has {Size} bytes", nameof(bytes));

    /// <summary>The place of a holder by where it is: the port counts only where the address is not a global one, since behind a global one there is one place, whatever ports it has.</summary>
    public static HolderPlace Of(Endpoint holder)
    {
        Span<byte> input = stackalloc byte[Label.Length + sizeof(ulong) + sizeof(ushort)];
        Label.CopyTo(input);
        var size = Label.Length;
        if (holder.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(input[size..], holder.IPv4);
            size += sizeof(uint);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(input[size..], holder.High);
            size += sizeof(ulong);
        }

        if (AddressScope.KindOf(holder) != AddressKind.Global)
        {
            BinaryPrimitives.WriteUInt16BigEndian(input[size..], holder.Port);
            size += sizeof(ushort);
        }

        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input[..size], hash);
        return Read(hash);
    }

    /// <summary>The key of the DHT under which the holders around this place are found: those whose places share its first <paramref name="depth"/> bits.</summary>
    public NodeId KeyAt(int depth) => Key(depth, PrefixAt(depth));

    /// <summary>The first bits of the place, the rest zero.</summary>
    public uint PrefixAt(int depth) => depth == 0 ? 0 : (uint)(A >> 32) & (uint.MaxValue << (MaxDepth - depth));

    /// <summary>The key of a depth and the first bits of a place.</summary>
    public static NodeId Key(int depth, uint prefix)
    {
        Span<byte> input = stackalloc byte[KeyLabel.Length + 1 + KeyPrefixSize];
        KeyLabel.CopyTo(input);
        input[KeyLabel.Length] = (byte)depth;
        BinaryPrimitives.WriteUInt32BigEndian(input[(KeyLabel.Length + 1)..], prefix);
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input, hash);
        _ = NodeId.TryRead(hash[..NodeId.Size], out var key);
        return key;
    }

    /// <summary>Whether <paramref name="one"/> is nearer to this place than <paramref name="other"/>: negative; farther: positive.</summary>
    public int Compare(HolderPlace one, HolderPlace other)
    {
        var order = (A ^ one.A).CompareTo(A ^ other.A);
        if (order == 0)
            order = (B ^ one.B).CompareTo(B ^ other.B);
        if (order == 0)
            order = (C ^ one.C).CompareTo(C ^ other.C);
        return order != 0 ? order : (D ^ one.D).CompareTo(D ^ other.D);
    }

    private static ReadOnlySpan<byte> Label => "kith-room-v1\0"u8;

    private static ReadOnlySpan<byte> KeyLabel => "kith-room-key-v1\0"u8;
}
