using Kith.Crypto;
using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Client;

/// <content>The wide sweep, for writers whose clocks are days off, and dummies.</content>
public sealed partial class ReaderCore
{
    private const int MostNear = 4_096;

    private readonly Queue<(ReaderRow Row, long Index)> _near = new();
    private long _sweepAt;
    private int _sweptRow;
    private long _sweptIndex = long.MinValue;

    // One box at each step: first those that the user asked for, then one row after the other.
    private void Sweep(long now)
    {
        while (_near.TryDequeue(out var near))
        {
            if (!_order.Contains(near.Row) || near.Row.Boxes.ContainsKey(near.Index))
                continue;
            LookOnce(now, near.Row, near.Index);
            SweepAt(now + ClientLimits.NearSweepPause);
            return;
        }

        for (var rows = 0; rows <= _order.Count && _order.Count > 0; rows++)
        {
            var row = _order[_sweptRow %= _order.Count];
            var last = row.Schedule.IndexAt(Wall(now) + (long)ClientLimits.SweepAhead.TotalMilliseconds);
            var index = Math.Max(_sweptIndex, row.Schedule.IndexAt(Wall(now) - (long)ClientLimits.SweepBack.TotalMilliseconds));
            while (index <= last && row.Boxes.ContainsKey(index))
                index++;
            if (index <= last)
            {
                _sweptIndex = index + 1;
                LookOnce(now, row, index);
                break;
            }

            (_sweptRow, _sweptIndex) = (_sweptRow + 1, long.MinValue);
        }

        SweepAt(now + Around(ClientLimits.SweepPause));
    }

    private void SweepAt(long at)
    {
        _sweepAt = at;
        At(at, ReaderTimerKind.Sweep, null);
    }

    private void LookOnce(long now, ReaderRow row, long index)
    {
        var box = Open(row, index);
        box.IsTransient = true;
        Look(now, box, isSettling: false);
    }

    // The periods next to those that are read anyway; the pace is quicker until they are through.
    private void SweepNear(long now)
    {
        var wasIdle = _near.Count == 0;
        var near = (long)ClientLimits.NearSweep.TotalMilliseconds;
        foreach (var row in _order)
        {
            var (first, last) = (row.Schedule.IndexAt(Wall(now) - near), row.Schedule.IndexAt(Wall(now) + near));
            for (var index = first; index <= last && _near.Count < MostNear; index++)
            {
                if (!row.Boxes.ContainsKey(index))
                    _near.Enqueue((row, index));
            }
        }

        if (wasIdle && _near.Count > 0)
            SweepAt(now + ClientLimits.NearSweepPause);
    }

    // Read exactly as a contact's, so that the number of rows, and which are real, cannot be told from the reading.
    private void ReadOtherDummy(long now)
    {
        if (_dummy is not null)
            Leave(_dummy);
        var secret = new BoxSecret(random.NextBytes(BoxSecret.Size));
        _dummy = new ReaderRow(new ReadableBox(secret, WritableBox.PairPeriod) { Since = Wall(now), IsWatched = _order.Exists(row => row.IsWatched) }, isDummy: true);
        _dummy.Since = _dummy.Box.Since;
        Roll(now);
        At(now + random.NextInt64(ClientLimits.DummyLife / 2, (3 * ClientLimits.DummyLife / 2) + 1), ReaderTimerKind.Dummy, null);
    }
}
