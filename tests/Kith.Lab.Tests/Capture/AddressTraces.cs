using System.Net;
using System.Text;

namespace Kith.Lab.Tests.Capture;

/// <summary>The forms in which a node's address may stand somewhere. Four bytes alone come about by chance in much memory; each form has six that belong together, or is a text.</summary>
internal sealed class AddressTraces
{
    private readonly byte[][] _forms;

    /// <param name="endpoint">The address and port.</param>
    public AddressTraces(IPEndPoint endpoint)
    {
        var address = endpoint.Address.GetAddressBytes();
        byte[] port = [(byte)(endpoint.Port >> 8), (byte)endpoint.Port];
        var text = endpoint.Address.ToString();
        _forms =
        [
            Encoding.ASCII.GetBytes(text),
            Encoding.Unicode.GetBytes(text),
            [.. address, .. port], // the compact form (BEP 5)
            [.. port, .. address], // sockaddr_in
            [0xff, 0xff, .. address], // mapped into IPv6, as it stands in sockaddr_in6 and on the wire
            [.. address.Reverse(), 0xff, 0xff], // the same as numbers of this machine
        ];
    }

    /// <summary>Whether one of them is there.</summary>
    public bool IsIn(ReadOnlySpan<byte> bytes)
    {
        foreach (var form in _forms)
        {
            if (bytes.IndexOf(form) >= 0)
                return true;
        }

        return false;
    }
}
