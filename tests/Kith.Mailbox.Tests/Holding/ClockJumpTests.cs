using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Holding;

/// <summary>A holder whose wall clock is set: docs/protocol/mailbox.md, "Clocks".</summary>
public sealed class ClockJumpTests : IDisposable
{
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;
    private const long Year = 365 * Day;

    private readonly HoldingWorld _world = new();
    private readonly BoxKeys _keys = Rows.Keys();

    public void Dispose()
    {
        _world.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public void AheadByAYearForHours_NothingIsLost_AndWorkGoesOn()
    {
        var before = _world.PutNew(_keys);
        _world.Core.SetClock(Year);
        Pass(HoldingLimits.ClockDoubt - Hour);
        Assert.Equal(before.Entry.Hash, Assert.Single(_world.List(_keys).Entries).Hash);
        Assert.Equal(AuditState.Kept, _world.Audit(_keys, before.Entry.Hash).State);
        // Writers whose clocks are right are taken, and their deletes count.
        var meanwhile = _world.PutNew(_keys);
        Assert.Equal(DropCode.Done, _world.Put(_keys, before));
        Assert.Equal(DropCode.Done, _world.Delete(_keys, before.Entry.Hash));
        _world.Core.SetClock(0);
        Pass(Day);
        Assert.Equal(meanwhile.Entry.Hash, Assert.Single(_world.List(_keys).Entries).Hash);
        Assert.Equal(AuditState.Deleted, _world.Audit(_keys, before.Entry.Hash).State);
        Pass(31 * Day);
        Assert.Equal((0, 0), (_world.Core.Used, _world.Core.Boxes));
    }

    [Fact]
    public void AheadForADayOfRunning_IsBelieved()
    {
        _world.PutNew(_keys);
        _world.Core.SetClock(Year);
        Pass(HoldingLimits.ClockDoubt + Hour);
        Assert.Equal(0, _world.Core.Used);
    }

    [Fact]
    public void AheadOverARestart_IsDoubtedOn()
    {
        _world.PutNew(_keys);
        Pass(2 * Hour);
        _world.Restart();
        _world.Now += Year; // the clock of the new run begins where the wall clock stands
        Pass(20 * Hour);
        _world.Restart();
        Pass(2 * Hour);
        Assert.Single(_world.List(_keys).Entries);
        Pass(6 * Hour);
        Assert.Empty(_world.List(_keys).Entries);
    }

    [Fact]
    public void OffForWeeks_ExpiresAfterADayOfRunning()
    {
        _world.PutNew(_keys);
        _world.Restart();
        _world.Now += 40 * Day;
        Pass(Hour);
        Assert.Single(_world.List(_keys).Entries);
        Pass(Day);
        Assert.Equal(0, _world.Core.Used);
    }

    [Fact]
    public void OffForAnHour_IsNotDoubted()
    {
        var item = _world.PutNew(_keys);
        Pass(item.Entry.Expiry - _world.Now - Hour);
        _world.Restart();
        _world.Now += Hour + 1;
        Pass(Hour);
        Assert.Equal(0, _world.Core.Used);
    }

    [Fact]
    public void BackByAYear_RefusesWhatIsNew_AndKeepsWhatThereIs()
    {
        var before = _world.PutNew(_keys);
        _world.Core.SetClock(-Year);
        Pass(3 * Day);
        Assert.Equal(DropCode.Expiry, _world.Put(_keys, _world.Item(_keys, HoldingWorld.Chunk())));
        _world.Core.SetClock(0);
        Assert.Equal(before.Entry.Hash, Assert.Single(_world.List(_keys).Entries).Hash);
        _world.PutNew(_keys);
        Pass(32 * Day);
        Assert.Equal(0, _world.Core.Used);
    }

    // As a host lets it pass: the core is asked at least twice a minute.
    private void Pass(long time)
    {
        for (var end = _world.Now + time; _world.Now < end;)
        {
            _world.Now = Math.Min(end, _world.Now + (10 * 60_000));
            _world.Core.Finish(_world.Now);
        }
    }
}
