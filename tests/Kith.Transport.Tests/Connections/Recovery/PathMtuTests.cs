using Kith.Transport.Connections.Recovery;

namespace Kith.Transport.Tests.Connections.Recovery;

/// <summary>RFC 8899 and RFC 9000 section 14.3.</summary>
public sealed class PathMtuTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(1);
    private long _number;

    [Theory]
    [InlineData(1452, 1452, 1452)]
    [InlineData(1452, 1500, 1452)]
    [InlineData(16384, 65507, 16384)]
    [InlineData(16384, 1472, 1452)]
    [InlineData(16384, 8972, 8952)]
    [InlineData(9000, 8952, 8952)]
    [InlineData(1452, 1200, 1200)]
    [InlineData(1200, 1500, 1200)]
    [InlineData(100, 1500, 1200)]
    public void Path_ItsSizeIsFound(int limit, int passes, int found)
    {
        var mtu = new PathMtu(limit);
        Search(mtu, passes);
        Assert.Equal(found, mtu.Size);
    }

    [Theory]
    [InlineData(1300)]
    [InlineData(1390)]
    [InlineData(1440)]
    [InlineData(1250)]
    public void OddSize_IsFoundWithinSixteenBytes(int passes)
    {
        var mtu = new PathMtu(1452);
        var probes = Search(mtu, passes);
        Assert.InRange(mtu.Size, passes - 16, passes);
        Assert.InRange(probes, 4, 20);
    }

    [Fact]
    public void OneProbeUnderWay_NoOther()
    {
        var mtu = new PathMtu(1452);
        Assert.True(mtu.WantsProbe(Now, out var size));
        mtu.ProbeSent(5, size);
        Assert.False(mtu.WantsProbe(Now, out _));
    }

    [Fact]
    public void ProbeLostTwice_IsTriedAThirdTime()
    {
        var mtu = new PathMtu(1452);
        for (var i = 0; i < PathMtu.MaxProbes; i++)
        {
            Assert.True(mtu.WantsProbe(Now, out var size));
            Assert.Equal(1280, size);
            mtu.ProbeSent(i, size);
            mtu.ProbeLost();
        }

        Assert.True(mtu.WantsProbe(Now, out var next));
        Assert.InRange(next, 1201, 1279);
    }

    [Fact]
    public void SearchDone_AnotherAfterTenMinutes()
    {
        var mtu = new PathMtu(16384);
        Search(mtu, 1472);
        Assert.False(mtu.WantsProbe(Now + PathMtu.RaiseAfter - TimeSpan.FromTicks(1), out _));
        Assert.True(mtu.WantsProbe(Now + PathMtu.RaiseAfter, out var size));
        Assert.Equal(4096, size);
    }

    [Fact]
    public void LargePacketsVanish_BackToTheBase()
    {
        var mtu = new PathMtu(1452);
        Search(mtu, 1452);
        mtu.Arrived(100, 1452);
        for (var i = 0; i < PathMtu.BlackHoleLosses - 1; i++)
            Assert.False(mtu.Lost(101 + i, 1452));
        Assert.True(mtu.Lost(110, 1452));
        Assert.Equal(PathMtu.Base, mtu.Size);
        Assert.True(mtu.WantsProbe(Now, out _));
    }

    [Fact]
    public void ManyLossesBeforeALargePacketThatArrived_AreCongestion()
    {
        var mtu = new PathMtu(1452);
        Search(mtu, 1452);
        mtu.Arrived(200, 1452);
        for (var i = 100; i < 200; i++)
            Assert.False(mtu.Lost(i, 1452));
        Assert.Equal(1452, mtu.Size);
    }

    [Fact]
    public void SmallPacketsLost_SayNothingAboutSizes()
    {
        var mtu = new PathMtu(1452);
        Search(mtu, 1452);
        for (var i = 100; i < 200; i++)
            Assert.False(mtu.Lost(i, PathMtu.Base));
        Assert.Equal(1452, mtu.Size);
    }

    // Sends every probe that is wanted over a path that takes so much; returns how many there were.
    private int Search(PathMtu mtu, int passes)
    {
        var probes = 0;
        while (mtu.WantsProbe(Now, out var size))
        {
            Assert.InRange(++probes, 1, 100);
            Assert.InRange(size, mtu.Size + 1, mtu.Limit);
            mtu.ProbeSent(_number++, size);
            if (size <= passes)
                mtu.ProbeArrived();
            else
                mtu.ProbeLost();
        }

        return probes;
    }
}
