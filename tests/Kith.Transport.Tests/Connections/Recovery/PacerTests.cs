using Kith.Transport.Connections.Recovery;

namespace Kith.Transport.Tests.Connections.Recovery;

/// <summary>RFC 9002 section 7.7.</summary>
public sealed class PacerTests
{
    private const int Size = 1200;
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(100);

    private readonly Pacer _pacer = new();

    [Fact]
    public void BeforeARoundTripIsKnown_NothingWaits()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(_pacer.MaySend(default, Size, out _));
            _pacer.Sent(Size);
        }
    }

    [Fact]
    public void ShortRoundTrip_NothingWaits()
    {
        _pacer.Adapt(default, 100_000, TimeSpan.FromMilliseconds(1), false, Size);
        for (var i = 0; i < 1000; i++)
            _pacer.Sent(Size);
        Assert.True(_pacer.MaySend(default, Size, out _));
    }

    [Fact]
    public void Burst_IsTheInitialWindowThenAPacketAtATime()
    {
        // 1.25 * 48,000 bytes in 100 ms: a packet each 2 ms.
        _pacer.Adapt(default, 40 * Size, RoundTrip, false, Size);
        Assert.Equal(10, Drain(default));
        Assert.False(_pacer.MaySend(default, Size, out var at));
        Assert.Equal(TimeSpan.FromMilliseconds(2), at);
        Assert.Equal(0, Drain(at - TimeSpan.FromMicroseconds(10)));
        Assert.Equal(1, Drain(at));
        Assert.Equal(5, Drain(at + TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public void SlowStart_GoesTwiceTheWindow()
    {
        _pacer.Adapt(default, 40 * Size, RoundTrip, true, Size);
        Drain(default);
        Assert.False(_pacer.MaySend(default, Size, out var at));
        Assert.Equal(TimeSpan.FromMilliseconds(1.25), at);
    }

    [Fact]
    public void OverARoundTrip_AWindowAndAQuarterPass()
    {
        _pacer.Adapt(default, 400 * Size, RoundTrip, false, Size);
        Drain(default);
        var sent = 0;
        for (var now = TimeSpan.Zero; now < RoundTrip;)
        {
            if (!_pacer.MaySend(now, Size, out var at))
            {
                now = at;
                continue;
            }

            _pacer.Sent(Size);
            sent++;
        }

        Assert.InRange(sent, 495, 505);
    }

    [Fact]
    public void FastPath_LetsTrainsOfDatagramsGoAtOnce()
    {
        // 100 MB/s over 50 ms: 2 ms of it is 250 KB, far more than the 64 KiB that go to the kernel at once.
        _pacer.Adapt(default, 5_000_000, RoundTrip / 2, false, Size);
        Assert.InRange(_pacer.Burst, 240_000, 260_000);
        Assert.InRange(Drain(default), 200, 220);
        Assert.False(_pacer.MaySend(default, Size, out var at));
        Assert.Equal(TimeSpan.FromMilliseconds(1), at); // what timers can do
    }

    [Fact]
    public void ProbesThatDidNotWait_AreWaitedForAfterwards()
    {
        _pacer.Adapt(default, 40 * Size, RoundTrip, false, Size);
        Drain(default);
        _pacer.Sent(Size);
        Assert.False(_pacer.MaySend(default, Size, out var at));
        Assert.Equal(TimeSpan.FromMilliseconds(4), at);
    }

    [Fact]
    public void DatagramLargerThanTheBucket_StillGoes()
    {
        _pacer.Adapt(default, 40 * Size, RoundTrip, false, Size);
        Assert.True(_pacer.MaySend(default, 16_384, out _));
        _pacer.Sent(16_384);
        Assert.False(_pacer.MaySend(default, 16_384, out _));
        Assert.True(_pacer.MaySend(TimeSpan.FromSeconds(1), 16_384, out _));
    }

    private int Drain(TimeSpan now)
    {
        var count = 0;
        while (_pacer.MaySend(now, Size, out _))
        {
            _pacer.Sent(Size);
            count++;
        }

        return count;
    }
}
