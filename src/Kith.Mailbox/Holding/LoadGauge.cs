using System.Numerics;

namespace Kith.Mailbox.Holding;

/// <summary>How much work strangers' PUTs have to bring: none until a holder is busy or nearly full (docs/protocol/mailbox.md, "Frames").</summary>
internal sealed class LoadGauge
{
    private const long Window = 1_000;
    private const int RoomShares = 8;

    private long _window;
    private int _current;
    private int _last;

    /// <summary>Counts a PUT that was taken.</summary>
    public void Count(long now)
    {
        Roll(now);
        _current++;
    }

    /// <summary>Leading zero bits wanted now.</summary>
    public int Bits(long now, long used, long room)
    {
        Roll(now);
        // The share of the last window that is less than a second ago still counts.
        var rate = _current + (_last * (Window - (now % Window)) / Window);
        var busy = rate > HoldingLimits.QuietPuts ? Rising(rate, HoldingLimits.QuietPuts) : 0;
        var full = used > room - (room / RoomShares) ? Rising(room / RoomShares, Math.Max(1, room - used)) : 0;
        return Math.Min(Math.Max(busy, full), HoldingLimits.MostLoadWork);
    }

    private static int Rising(long value, long quiet) => HoldingLimits.FirstLoadWork + BitOperations.Log2((ulong)Math.Max(1, value / quiet));

    private void Roll(long now)
    {
        var window = now / Window;
        if (window == _window)
            return;
        _last = window == _window + 1 ? _current : 0;
        (_window, _current) = (window, 0);
    }
}
