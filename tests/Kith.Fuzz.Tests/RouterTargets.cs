using System.Net;
using System.Text;
using Kith.Transport.PortMapping;
using Kith.Transport.PortMapping.Upnp;

namespace Kith.Fuzz.Tests;

/// <summary>What routers answer: PCP, NAT-PMP, searches, descriptions.</summary>
internal static class RouterTargets
{
    private static readonly byte[] Request = PcpMessage.AskMapping(IPAddress.Parse("10.0.0.2"), "abcdefghijkl"u8, isUdp: true, 7300, new IPEndPoint(IPAddress.Any, 7300), 3600);

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("pcp answer", () => new FuzzTarget("pcp answer", [Granted(), Refused(), [0, 128, 0, 1]], input => PcpMessage.TryRead(input, Request, out _, out _, out _, out _), Longest: 1200)),
        ("nat-pmp answer", () => new FuzzTarget("nat-pmp answer", [[0, 128, 0, 0, 0, 0, 0, 9, 20, 1, 1, 1], [0, 129, 0, 0, 0, 0, 0, 9, 0x1C, 0x84, 0x1C, 0x84, 0, 0, 2, 0x58]], NatPmp, Longest: 64)),
        ("upnp search answer", () => new FuzzTarget("upnp search answer", [Bytes("HTTP/1.1 200 OK\r\nST: x\r\nLOCATION: http://10.0.0.1:5000/desc.xml\r\n\r\n")], input => SearchMessage.TryRead(input, IPAddress.Parse("10.0.0.1"), out _), Longest: 2100)),
        ("upnp description", () => new FuzzTarget("upnp description", [Bytes(Description), Bytes(Description.Replace("/ctl", "<![CDATA[/ctl]]>", StringComparison.Ordinal))], ReadDescription, Longest: 4096)),
    ];

    private const string Description = "<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><serviceList><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/ctl</controlURL></service></serviceList></device></root>";

    private static bool ReadDescription(byte[] input)
    {
        var isFound = DeviceDescription.TryFindService(new MemoryStream(input), new Uri("http://10.0.0.1:5000/desc.xml"), out var service);
        Assert.True(!isFound || service.Control.DnsSafeHost == "10.0.0.1");
        return isFound;
    }

    private static bool NatPmp(byte[] input) =>
        NatPmpMessage.TryReadAddress(input, out _, out _, out _) | NatPmpMessage.TryReadMapping(input, isUdp: true, 7300, out _, out _, out _, out _);

    private static byte[] Granted()
    {
        var answer = (byte[])Request.Clone();
        answer[1] = 0x81;
        return answer;
    }

    private static byte[] Refused()
    {
        var answer = Granted()[..24];
        answer[3] = 2;
        return answer;
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
