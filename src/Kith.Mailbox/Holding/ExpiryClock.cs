namespace Kith.Mailbox.Holding;

/// <summary>
/// The time by which a holder takes things for expired: the wall's, but that a wall clock which jumps ahead is believed only when it has said so for a day of running (docs/protocol/mailbox.md, "Clocks"). So
/// a clock that was wrong for hours deletes nothing before its time. One that goes back is believed at once: that only keeps things longer. All in milliseconds.
/// </summary>
/// <param name="believed">The time that was believed last, unix milliseconds; 0 when nothing is known of that.</param>
/// <param name="doubted">How long the wall clock has been ahead of it by then.</param>
internal sealed class ExpiryClock(long believed, long doubted)
{
    private long? _last;

    /// <summary>The time that is believed, unix milliseconds; never ahead of the wall's.</summary>
    public long Believed { get; private set; } = believed;

    /// <summary>How long the wall clock has been ahead of it.</summary>
    public long Doubted { get; private set; } = doubted;

    /// <summary>Goes on to a time.</summary>
    /// <param name="now">By a clock that goes on evenly.</param>
    /// <param name="wall">What the wall clock says.</param>
    public long Advance(long now, long wall)
    {
        var passed = Math.Max(0, now - (_last ?? now));
        _last = now;
        Believed = Believed == 0 ? wall : Believed + passed;
        if (wall - Believed > HoldingLimits.ClockStep)
            Doubted += passed;
        else
            (Believed, Doubted) = (wall, 0);
        if (Doubted >= HoldingLimits.ClockDoubt)
            (Believed, Doubted) = (wall, 0);
        return Believed;
    }
}

/// <summary>What time it is for what is kept.</summary>
/// <param name="Wall">What the wall clock says, unix milliseconds: places, and how far ahead an expiry may lie.</param>
/// <param name="Believed">The time by which things have expired; see <see cref="ExpiryClock"/>.</param>
internal readonly record struct HolderTime(long Wall, long Believed);
