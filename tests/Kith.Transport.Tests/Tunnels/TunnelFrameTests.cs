using System.Buffers;
using Kith.Transport.Tunnels;

namespace Kith.Transport.Tests.Tunnels;

public sealed class TunnelFrameTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("00", false)]
    [InlineData("0001", false)]
    [InlineData("0002ff", false)]
    [InlineData("0001ff", true)]
    [InlineData("05c0", false)]
    public void WholeOnes_AreRead(string hex, bool isWhole)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.Equal(isWhole, Tunnel.TryRead(ref buffer, out _));
    }

    [Theory]
    [InlineData("0000")]
    [InlineData("05c1")]
    [InlineData("ffff")]
    public void LengthsThatNoDatagramHas_AreRefusedAtTheirPrefix(string hex)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.Null(Tunnel.TryRead(ref buffer, out _));
    }
}
