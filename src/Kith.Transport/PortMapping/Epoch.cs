namespace Kith.Transport.PortMapping;

/// <summary>
/// The seconds since a router began to remember mappings, as it says with each answer (RFC 6887 section 8.5, RFC 6886 section 3.6): when they ran backwards, or run at another pace than ours, it
/// has forgotten everything.
/// </summary>
internal sealed class Epoch
{
    private (uint Router, TimeSpan Ours)? _last;

    /// <summary>Takes what it says; false when it must have begun anew since the last time.</summary>
    public bool Continues(uint router, TimeSpan ours)
    {
        var before = _last;
        _last = (router, ours);
        if (before is not { } last)
            return true;
        // One second is the jitter of rounding.
        if (router + 1L < last.Router)
            return false;
        var theirs = Math.Max(0, (long)router - last.Router);
        var mine = (long)(ours - last.Ours).TotalSeconds;
        return mine + 2 >= theirs - (theirs / 16) && theirs + 2 >= mine - (mine / 16);
    }
}
