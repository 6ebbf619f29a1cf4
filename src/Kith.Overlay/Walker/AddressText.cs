using System.Buffers.Text;
using System.Net;
using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>An address as the four messages write it: what Java's <c>getHostAddress</c> gives, so IPv6 without compression and perhaps with a scope behind <c>%</c>.</summary>
internal static class AddressText
{
    /// <summary>Longest text that we write: an IPv6 address (RFC 4291 section 2.2).</summary>
    public const int MaxSize = 45;

    private const int MaxScope = 32;

    /// <summary>Reads a literal of either family; names are refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, ushort port, out Endpoint endpoint)
    {
        endpoint = default;
        if (text.Length is 0 or > MaxSize + MaxScope)
            return false;
        if (!text.Contains((byte)':'))
            return TryParseIPv4(text, port, out endpoint);
        // A scope names an interface of the sender's machine.
        var scope = text.IndexOf((byte)'%');
        if (text.Contains((byte)'[') || !IPAddress.TryParse(scope < 0 ? text : text[..scope], out var address))
            return false;
        endpoint = Endpoint.From(address, port);
        return true;
    }

    /// <summary>Writes the address; returns its size.</summary>
    /// <param name="endpoint">Whose.</param>
    /// <param name="destination">At least <see cref="MaxSize"/> bytes.</param>
    public static int Write(Endpoint endpoint, Span<byte> destination)
    {
        if (!endpoint.IsIPv4)
            return endpoint.ToAddress().TryFormat(destination, out var size) ? size : 0;
        var at = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            _ = Utf8Formatter.TryFormat((byte)(endpoint.IPv4 >> shift), destination[at..], out var digits);
            at += digits;
            if (shift > 0)
                destination[at++] = (byte)'.';
        }

        return at;
    }

    // Four plain decimal numbers: "10.1" and "0x7f.0.0.1" are addresses to some resolvers only.
    private static bool TryParseIPv4(ReadOnlySpan<byte> text, ushort port, out Endpoint endpoint)
    {
        endpoint = default;
        uint address = 0, part = 0;
        int parts = 0, digits = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] == '.')
            {
                if (digits == 0 || part > byte.MaxValue || ++parts > 4)
                    return false;
                address = (address << 8) | part;
                part = 0;
                digits = 0;
                continue;
            }

            if (!char.IsAsciiDigit((char)text[i]) || ++digits > 3 || (digits > 1 && part == 0))
                return false;
            part = (part * 10) + (uint)(text[i] - '0');
        }

        endpoint = Endpoint.FromIPv4(address, port);
        return parts == 4;
    }
}
