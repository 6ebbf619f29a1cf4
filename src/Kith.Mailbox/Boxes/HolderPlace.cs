using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Mailbox.Boxes;

/// <summary>Where a holder stands among the addresses of boxes (docs/protocol/mailbox.md, "Who holds").</summary>
public static class HolderPlace
{
    private static ReadOnlySpan<byte> Label => "kith-room-v1\0"u8;

    /// <summary>SHA-256("kith-room-v1" ‖ 0x00 ‖ address): 4 bytes of IPv4 or the first 8 of IPv6.</summary>
    /// <param name="endpoint">The holder's.</param>
    /// <param name="withPort">Where the address is not a global one: the port (2) follows.</param>
    public static BoxAddress Of(Endpoint endpoint, bool withPort)
    {
        Span<byte> input = stackalloc byte[Label.Length + sizeof(ulong) + sizeof(ushort)];
        Label.CopyTo(input);
        var size = Label.Length;
        if (endpoint.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(input[size..], endpoint.IPv4);
            size += sizeof(uint);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(input[size..], endpoint.High);
            size += sizeof(ulong);
        }

        if (withPort)
        {
            BinaryPrimitives.WriteUInt16BigEndian(input[size..], endpoint.Port);
            size += sizeof(ushort);
        }

        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input[..size], hash);
        return BoxAddress.FromBytes(hash);
    }
}
