using Kith.Transport.Connections.Recovery;

namespace Kith.Transport.Tests.Connections.Recovery;

/// <summary>RFC 9002 sections 5, 6.1.2, 6.2.1 and 7.6.</summary>
public sealed class RttEstimatorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly RttEstimator _rtt = new(Ms(25));

    [Fact]
    public void NoSample_TheInitialValuesHold()
    {
        Assert.Equal(Ms(333), _rtt.Smoothed);
        Assert.Equal(Ms(333) + (4 * Ms(166.5)) + Ms(25), _rtt.ProbeTimeout);
        Assert.Equal(Ms(333) * 9 / 8, _rtt.LossDelay(9));
    }

    [Fact]
    public void FirstSample_IsTakenAsItIs()
    {
        _rtt.Sample(Second, Ms(100), ackDelay: Ms(20));
        Assert.Equal((Ms(100), Ms(50), Ms(100)), (_rtt.Smoothed, _rtt.Variation, _rtt.Least));
        Assert.Equal(Ms(100 + 200 + 25), _rtt.ProbeTimeout);
        Assert.Equal(Ms(112.5), _rtt.LossDelay(9));
        Assert.Equal(3 * _rtt.ProbeTimeout, _rtt.PersistentCongestion);
        Assert.Equal(Second, _rtt.FirstSampleAt);
    }

    [Fact]
    public void SecondSample_IsSmoothedLessTheDelay()
    {
        _rtt.Sample(Second, Ms(100), default);
        _rtt.Sample(2 * Second, Ms(140), Ms(20));
        // Section 5.3: rttvar = 3/4 * 50 + 1/4 * |100 - 120|; smoothed = 7/8 * 100 + 1/8 * 120.
        Assert.Equal(Ms(37.5 + 5), _rtt.Variation);
        Assert.Equal(Ms(87.5 + 15), _rtt.Smoothed);
    }

    [Fact]
    public void DelayAboveTheAgreedOne_CountsAsTheAgreedOne()
    {
        _rtt.Sample(Second, Ms(100), default);
        _rtt.Sample(2 * Second, Ms(140), Second);
        Assert.Equal((Ms(100) * 7 / 8) + (Ms(115) / 8), _rtt.Smoothed);
    }

    [Fact]
    public void DelayThatWouldGoBelowTheLeast_IsIgnored()
    {
        _rtt.Sample(Second, Ms(100), default);
        _rtt.Sample(2 * Second, Ms(110), Ms(20));
        Assert.Equal((Ms(100) * 7 / 8) + (Ms(110) / 8), _rtt.Smoothed);
    }

    [Fact]
    public void RenewedLeast_ComesFromTheNextSample()
    {
        _rtt.Sample(Second, Ms(10), default);
        _rtt.RenewLeast();
        _rtt.Sample(2 * Second, Ms(300), default);
        Assert.Equal(Ms(300), _rtt.Least);
        _rtt.Sample(3 * Second, Ms(200), default);
        Assert.Equal(Ms(200), _rtt.Least);
    }

    [Fact]
    public void TinyRoundTrips_TimersStayAtTheGranularity()
    {
        _rtt.Sample(Second, TimeSpan.FromMicroseconds(30), default);
        Assert.Equal(Ms(1), _rtt.LossDelay(9));
        Assert.Equal(TimeSpan.FromMicroseconds(30) + Ms(1) + Ms(25), _rtt.ProbeTimeout);
    }

    [Fact]
    public void LossesAcrossTheirDuration_ArePersistentCongestion()
    {
        // RFC 9002 section 7.6.2, the example: a probe timeout of 2 s, packets 2 to 8 lost over 7 s.
        var run = new LostRun();
        _rtt.Sample(Second / 2, Ms(100), default);
        for (var sent = 1; sent <= 8; sent++)
            run.Lost(sent * Second, _rtt);
        Assert.Equal(7 * Second, run.Longest);
    }

    [Fact]
    public void ArrivalBetweenLosses_BreaksTheRun()
    {
        var run = new LostRun();
        _rtt.Sample(Second / 2, Ms(100), default);
        run.Lost(1 * Second, _rtt);
        run.Lost(3 * Second, _rtt);
        run.Arrived();
        run.Lost(5 * Second, _rtt);
        run.Lost(6 * Second, _rtt);
        Assert.Equal(2 * Second, run.Longest);
    }

    [Fact]
    public void LossesBeforeTheFirstSample_DoNotCount()
    {
        var run = new LostRun();
        run.Lost(1 * Second, _rtt);
        _rtt.Sample(5 * Second, Ms(100), default);
        run.Lost(2 * Second, _rtt);
        run.Lost(9 * Second, _rtt);
        Assert.Equal(TimeSpan.Zero, run.Longest);
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
