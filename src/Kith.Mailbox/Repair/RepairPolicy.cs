namespace Kith.Mailbox.Repair;

/// <summary>
/// When a holder looks after a box and whom it audits (docs/protocol/mailbox.md, "Repair"): nothing but arithmetic, so that node and simulation decide alike. Its numbers are what the
/// simulation of thirty days found enough.
/// </summary>
public static class RepairPolicy
{
    /// <summary>Between an entry that came, or something found wrong, and the next look.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);

    /// <summary>Between a box's first entry here and finding out who the others are, so that each is watched.</summary>
    public static readonly TimeSpan Acquaintance = TimeSpan.FromSeconds(1);

    /// <summary>Between the silence of a holder and the next look at the boxes that it should have.</summary>
    public static readonly TimeSpan AfterSilence = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause between two looks.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>After its own start a holder looks at each of its boxes once within this.</summary>
    public static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(10);

    /// <summary>How long a holder that was found lying is passed over.</summary>
    public static readonly TimeSpan Distrust = TimeSpan.FromDays(1);

    /// <summary>Members of a box that one of them audits at a quiet look: each is looked at by as many others.</summary>
    public const int Audited = 2;

    /// <summary>A pause is drawn from within this share of its length to both sides.</summary>
    public const double Spread = 0.25;

    /// <summary>The pause after this one: twice as long, or the first again when something was wrong.</summary>
    /// <param name="last">The pause before this look.</param>
    /// <param name="wasWrong">Whether somebody was silent, lied or lacked something.</param>
    public static TimeSpan Next(TimeSpan last, bool wasWrong)
    {
        if (wasWrong)
            return FirstPause;
        var next = last < FirstPause ? FirstPause : last * 2;
        return next < LongestPause ? next : LongestPause;
    }

    /// <summary>A pause as it is waited for: so that holders do not all look at one time.</summary>
    /// <param name="pause">Its length.</param>
    /// <param name="random">In [0, 1).</param>
    public static TimeSpan Drawn(TimeSpan pause, double random) => pause * (1 - Spread + (2 * Spread * random));

    /// <summary>
    /// Whom to audit, by their numbers among the members (nearest first). A member audits those that follow it, round in a circle, so that all are audited by as many; after something was wrong, all of
    /// them. Who holds a copy and is no member any more audits as many, beginning anywhere.
    /// </summary>
    /// <param name="members">How many there are, at most <see cref="MailboxLimits.Holders"/>.</param>
    /// <param name="own">Our own number among them; -1 when we are none.</param>
    /// <param name="isWary">Whether something was wrong at the last look, or the entry is new.</param>
    /// <param name="random">In [0, 1).</param>
    /// <param name="chosen">Where the numbers go.</param>
    public static void Choose(int members, int own, bool isWary, double random, List<int> chosen)
    {
        chosen.Clear();
        if (members == 0)
            return;
        var others = own < 0 ? members : members - 1;
        var count = isWary ? others : Math.Min(Audited, others);
        var first = own < 0 ? (int)(random * members) : own + 1;
        for (var i = 0; i < count; i++)
            chosen.Add((first + i) % members);
    }
}
