using System.Buffers.Binary;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>An endpoint in 18 bytes: the address as IPv6, IPv4 as its mapped form (RFC 4291 section 2.5.5.2), and the port. All zeroes is none.</summary>
internal static class EndpointBytes
{
    public const int Size = 18;

    public static Endpoint Read(ReadOnlySpan<byte> bytes) => Endpoint.FromIPv6(
        BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]));

    public static void Write(Endpoint endpoint, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, endpoint.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], endpoint.Low);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[16..], endpoint.Port);
    }
}
