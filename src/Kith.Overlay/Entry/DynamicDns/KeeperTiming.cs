namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>When a keeper does what, milliseconds (docs/protocol/entry.md, section 3).</summary>
internal sealed record KeeperTiming
{
    /// <summary>Between two checks; each is drawn from half to one and a half of it, so that many keepers spread.</summary>
    public long CheckEvery { get; init; } = 120_000;

    /// <summary>The first check comes within this time of becoming an entry node.</summary>
    public long FirstCheckWithin { get; init; } = 15_000;

    /// <summary>Between two questions to an entry node.</summary>
    public long QuestionGap { get; init; } = 1_000;

    /// <summary>Questions to an entry node in one check; it fails the check when one more gap has passed.</summary>
    public int Questions { get; init; } = 3;

    /// <summary>Between a check that an entry node failed and the one that confirms it.</summary>
    public long ConfirmAfter { get; init; } = 20_000;

    /// <summary>An update waits for a random part of this, so that of many keepers mostly one writes.</summary>
    public long UpdateWithin { get; init; } = 10_000;

    /// <summary>A check that another keeper overtook begins anew within this time.</summary>
    public long RecheckWithin { get; init; } = 5_000;

    /// <summary>The longest pause after refusals; it begins at <see cref="CheckEvery"/> and doubles.</summary>
    public long LongestPause { get; init; } = 3_600_000;

    /// <summary>Somebody else must have answered within this time, or the silence may be our own.</summary>
    public long OnlineWithin { get; init; } = 60_000;

    /// <summary>Checks in a row with silence all around before a keeper believes that it is the last one there.</summary>
    public int LonelyChecks { get; init; } = 5;
}
