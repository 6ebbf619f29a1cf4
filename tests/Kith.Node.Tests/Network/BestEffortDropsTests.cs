using Kith.Node.Network;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

public sealed class BestEffortDropsTests
{
    private static readonly AccountId Peer = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, AccountId.Size)]);
    private readonly BestEffortDrops _drops = new();
    private long _now = 1_790_000_000_000;

    [Fact]
    public void Refused_IsPutAgainAfterPausesThatDouble_UntilItIsStored()
    {
        _drops.Add(Id(1), Peer, new byte[] { 7 });
        Assert.Null(_drops.NextDeadline);
        for (var pause = BestEffortDrops.FirstPause; pause <= BestEffortDrops.LongestPause; pause *= 2)
        {
            _drops.Refused(Id(1), _now);
            Assert.Equal(_now + pause, _drops.NextDeadline);
            _now += pause - 1;
            Assert.Empty(_drops.TakeDue(_now));
            _now++;
            var (id, peer, envelope) = Assert.Single(_drops.TakeDue(_now));
            Assert.Equal((Id(1), Peer, 7), (id, peer, envelope.Span[0]));
            Assert.Empty(_drops.TakeDue(_now));
        }

        _drops.Stored(Id(1));
        Assert.False(_drops.Has(Id(1)));
        _drops.Refused(Id(1), _now);
        Assert.Null(_drops.NextDeadline);
    }

    [Fact]
    public void SomethingIsStored_ThoseThatWaitAreDueSoon()
    {
        _drops.Add(Id(1), Peer, new byte[1]);
        for (var i = 0; i < 8; i++)
        {
            _drops.Refused(Id(1), _now);
            _now = _drops.NextDeadline!.Value;
            Assert.Single(_drops.TakeDue(_now));
        }

        _drops.Refused(Id(1), _now);
        _drops.Hurry(_now);
        Assert.Equal(_now + BestEffortDrops.FirstPause, _drops.NextDeadline);
    }

    [Fact]
    public void ClockSetBack_IsNotWaitedFor()
    {
        _drops.Add(Id(1), Peer, new byte[1]);
        _drops.Refused(Id(1), _now);
        Assert.Single(_drops.TakeDue(_now - (3L * 24 * 3_600_000)));
    }

    [Fact]
    public void RefusedForDays_IsGivenUp()
    {
        _drops.Add(Id(1), Peer, new byte[1]);
        var begun = _now;
        while (_drops.Has(Id(1)))
        {
            _drops.Refused(Id(1), _now);
            _now = _drops.NextDeadline ?? _now;
            _drops.TakeDue(_now);
        }

        Assert.InRange(_now - begun, 2L * 24 * 3_600_000, 4L * 24 * 3_600_000);
    }

    [Fact]
    public void TooManyBytes_TheOldestAreForgotten()
    {
        const int Each = 64 << 10;
        const int Fit = BestEffortDrops.MostBytes / Each;
        for (var i = 0; i <= Fit; i++)
            _drops.Add(Id(i), Peer, new byte[Each]);
        Assert.Equal(Fit, _drops.Count);
        Assert.False(_drops.Has(Id(0)));
        _drops.Forget(Peer);
        Assert.Equal(0, _drops.Count);
    }

    private static MessageId Id(int number) => MessageId.FromBytes([.. BitConverter.GetBytes(number), .. new byte[MessageId.Size - sizeof(int)]]);
}
