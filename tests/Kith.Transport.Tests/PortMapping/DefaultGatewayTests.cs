using System.Net;
using Kith.Transport.PortMapping;

namespace Kith.Transport.Tests.PortMapping;

public sealed class DefaultGatewayTests
{
    private const string Header = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";

    [Fact]
    public void Table4_GivesTheDefaultRouteOfTheLeastMetric()
    {
        string[] lines =
        [
            Header,
            "wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0",
            "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
            "tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0",
            "tun0\t00000000\t0100000A\t0003\t0\t0\t0\t00000080\t0\t0\t0",
            "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0",
        ];
        Assert.Equal((IPAddress.Parse("192.168.1.1"), "eth0"), DefaultGateway.ReadFour(lines));
    }

    [Fact]
    public void Table6_GivesTheNextHopOfTheDefaultRoute()
    {
        string[] lines =
        [
            "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0",
            "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000003 00000000 00000003     eth0",
            "00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo",
        ];
        Assert.Equal((IPAddress.Parse("fe80::1"), "eth0"), DefaultGateway.ReadSix(lines));
    }

    [Theory]
    [InlineData("")]
    [InlineData("eth0")]
    [InlineData("eth0\t00000000\tnothex00\t0003\t0\t0\t100\t00000000\t0\t0\t0")]
    [InlineData("eth0\t00000000\t0101A8C0\t0003\t0\t0\t-1\t00000000\t0\t0\t0")]
    [InlineData("00000000000000000000000000000000 00 x 00 zz800000000000000000000000000001 00000400 1 0 3 eth0")]
    public void BrokenLines_ArePassedOver(string line)
    {
        Assert.Null(DefaultGateway.ReadFour([Header, line]));
        Assert.Null(DefaultGateway.ReadSix([line]));
    }
}
