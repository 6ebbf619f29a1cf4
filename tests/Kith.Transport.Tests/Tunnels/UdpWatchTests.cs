using Kith.Transport.Tunnels;

namespace Kith.Transport.Tests.Tunnels;

public sealed class UdpWatchTests
{
    private readonly ManualClock _clock = new();
    private readonly UdpWatch _watch;

    public UdpWatchTests() => _watch = new UdpWatch(_clock);

    [Fact]
    public void AskedForSecondsWithoutAnyAnswer_Blocked()
    {
        for (var i = 1; i < TunnelLimits.SendsBeforeBlocked; i++)
            _watch.Sent();
        _clock.Advance(TunnelLimits.SilenceAtStart);
        Assert.False(_watch.IsBlocked);
        _watch.Sent();
        Assert.True(_watch.IsBlocked);
    }

    [Fact]
    public void SilenceAlone_IsSeenByALook()
    {
        for (var i = 0; i < TunnelLimits.SendsBeforeBlocked; i++)
            _watch.Sent();
        _clock.Advance(TunnelLimits.SilenceAtStart - TimeSpan.FromMilliseconds(1));
        _watch.Look();
        Assert.False(_watch.IsBlocked);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _watch.Look();
        Assert.True(_watch.IsBlocked);
    }

    [Fact]
    public void NetworkOnWhichSomethingCame_GetsMoreTime_UntilItIsAnother()
    {
        _watch.Received();
        Ask();
        _clock.Advance(TunnelLimits.SilenceAtStart);
        _watch.Look();
        Assert.False(_watch.IsBlocked);
        _watch.Reset();
        Ask();
        _clock.Advance(TunnelLimits.SilenceAtStart);
        _watch.Look();
        Assert.True(_watch.IsBlocked);

        void Ask()
        {
            for (var i = 0; i < TunnelLimits.SendsBeforeBlocked; i++)
                _watch.Sent();
        }
    }

    [Fact]
    public void ManyAskedJustNow_NotBlocked()
    {
        for (var i = 0; i < 100; i++)
            _watch.Sent();
        Assert.False(_watch.IsBlocked);
    }

    [Fact]
    public void OneAnswer_BeginsAnew()
    {
        for (var i = 0; i < 100; i++)
            _watch.Sent();
        _clock.Advance(TunnelLimits.SilenceAtStart - TimeSpan.FromMilliseconds(1));
        _watch.Received();
        _clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 100; i++)
            _watch.Sent();
        Assert.False(_watch.IsBlocked);
        _clock.Advance(TunnelLimits.SilenceBeforeBlocked);
        _watch.Sent();
        Assert.True(_watch.IsBlocked);
    }

    [Fact]
    public void NothingAsked_NeverBlocked()
    {
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(_watch.IsBlocked);
    }

    [Fact]
    public void SomethingCame_BlockedNoMore()
    {
        _watch.Block();
        _watch.Received();
        Assert.False(_watch.IsBlocked);
    }

    [Fact]
    public void Blocked_TriedEachTenSeconds()
    {
        _watch.Block();
        Assert.False(_watch.IsTrialDue());
        _clock.Advance(TunnelLimits.TrialInterval);
        Assert.True(_watch.IsTrialDue());
        Assert.False(_watch.IsTrialDue());
        _clock.Advance(TunnelLimits.TrialInterval);
        Assert.True(_watch.IsTrialDue());
    }
}
