using Kith.Wire;

namespace Kith.Mailbox.Wire;

/// <summary>Where a holder is, as bytes: family (1) ‖ address (16) ‖ port (2). Not 0 for the port; the family is that of the address.</summary>
internal static class EndpointFormat
{
    private const byte IPv4Family = 4;
    private const byte IPv6Family = 6;
    private const int AddressBytes = 16;

    public static void Write(WireWriter body, Endpoint endpoint)
    {
        body.WriteByte(endpoint.IsIPv4 ? IPv4Family : IPv6Family);
        body.WriteUInt64(endpoint.High);
        body.WriteUInt64(endpoint.Low);
        body.WriteUInt16(endpoint.Port);
    }

    public static bool TryRead(ref BodyCursor cursor, out Endpoint endpoint)
    {
        endpoint = default;
        return cursor.TryReadByte(out var family) && cursor.TryReadBytes(AddressBytes + sizeof(ushort), out var compact)
            && Endpoint.TryReadCompact(compact.Span, out endpoint) && endpoint.Port != 0 && family == (endpoint.IsIPv4 ? IPv4Family : IPv6Family);
    }
}
