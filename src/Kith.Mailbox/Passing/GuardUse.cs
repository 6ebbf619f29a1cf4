namespace Kith.Mailbox.Passing;

/// <summary>
/// What became of the requests that went through one guard (as Tor counts circuits, tor-spec's guard-spec, "path bias"): of the last hundred or so how many it carried, and since when those are too few while the other guards carry theirs.
/// That the others do is what tells a useless guard from a bad day of ours, of the holders or of those behind. Times are unix milliseconds.
/// </summary>
internal sealed class GuardUse
{
    private int _tries;
    private int _carried;
    private long _uselessSince; // 0 while it is of use

    /// <summary>Whether it has been useless for long, and was a moment ago when it was tried last.</summary>
    public bool IsUseless { get; private set; }

    /// <summary>One came to something, or to nothing.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isCarried">Which of the two.</param>
    /// <param name="others">What became of those through the other guards.</param>
    public void Count(long now, bool isCarried, IEnumerable<GuardUse> others)
    {
        if (_tries >= 2 * PassLimits.GuardTrials)
            (_tries, _carried) = (_tries / 2, _carried / 2);
        _tries++;
        _carried += isCarried ? 1 : 0;
        if (!IsTooFew || !DoCarry(others))
            _uselessSince = 0;
        else if (_uselessSince == 0)
            _uselessSince = now;
        IsUseless = _uselessSince != 0 && now - _uselessSince >= PassLimits.GuardUseless;
    }

    private bool IsTooFew => _tries >= PassLimits.GuardTrials && _carried * 100 < _tries * PassLimits.GuardCarries;

    private static bool DoCarry(IEnumerable<GuardUse> others)
    {
        var (tries, carried) = (0, 0);
        foreach (var other in others)
            (tries, carried) = (tries + other._tries, carried + other._carried);
        return tries >= PassLimits.GuardTrials && carried * 100 >= tries * PassLimits.OthersCarry;
    }
}
