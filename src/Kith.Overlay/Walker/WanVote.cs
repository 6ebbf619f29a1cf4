using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>
/// What our address is, by the majority of the last three reports, as in the seed. Beyond it: only peers that we asked report, each from another prefix (a second report
/// from one takes the place of its first), reports that prove their sender push aside those that do not, and those of the internet those of our own
/// network. One family only: IPv4 and IPv6 are voted apart.
/// </summary>
public sealed class WanVote
{
    /// <summary>Reports that count (the seed's MAX_SIZE).</summary>
    public const int MaxReports = 3;

    /// <summary>How long a report can hold back lesser ones, in milliseconds.</summary>
    public const long ReportLife = 10 * 60_000;

    private readonly List<Cast> _cast = [];

    /// <summary>The address and port that most see; null without a report. While as many see another, the one that stood before stays.</summary>
    public Endpoint? Address { get; private set; }

    /// <summary>The reports, newest first.</summary>
    public IReadOnlyList<WanReport> Reports => [.. _cast.Select(cast => cast.Report).Reverse()];

    /// <summary>Counts a report; true when <see cref="Address"/> changed.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="by">Where the peer is that we asked.</param>
    /// <param name="seen">Where it sees us.</param>
    /// <param name="isNear">Whether it is on loopback or on one private network with us.</param>
    /// <param name="isProven">Whether it echoed a token.</param>
    internal bool Report(long now, Endpoint by, Endpoint seen, bool isNear, bool isProven)
    {
        if (!IsPlausible(by, seen, isNear))
            return false;
        var weight = (isNear ? 0 : 2) + (isProven ? 1 : 0);
        _cast.RemoveAll(cast => now - cast.Report.At > ReportLife && cast.Weight > weight);
        if (_cast.Exists(cast => cast.Weight > weight))
            return false;
        _cast.RemoveAll(cast => cast.Weight < weight || IsSame(cast.Report.By, by, isNear));
        _cast.Add(new Cast(new WanReport(by, seen, now), weight));
        if (_cast.Count > MaxReports)
            _cast.RemoveAt(0);
        return Count();
    }

    /// <summary>Forgets all reports, after a change of network. The address stays until the next report.</summary>
    internal void Clear() => _cast.Clear();

    // A node of the internet sees an address of the internet; a neighbour one of its own network.
    private static bool IsPlausible(Endpoint by, Endpoint seen, bool isNear) => seen.Port != 0 && seen.IsIPv4 == by.IsIPv4
        && (isNear ? AddressScope.AreTogether(by, seen) : AddressScope.KindOf(seen) is AddressKind.Global or AddressKind.Documentation);

    private static bool IsSame(Endpoint one, Endpoint other, bool isNear) => isNear ? one == other : AddressPrefix.Of(one) == AddressPrefix.Of(other);

    private bool Count()
    {
        var before = Address;
        var seen = Most(static (one, other) => one.SameAddress(other), _ => true, before)!.Value;
        // Reports of which no two agree decide nothing: else liars who all say something else would win by turns.
        if (before is { } standing && !seen.SameAddress(standing) && _cast.Count > 1 && _cast.Count(cast => cast.Report.Seen.SameAddress(seen)) < 2)
            return false;
        Address = Most(static (one, other) => one == other, one => one.SameAddress(seen), before);
        return Address != before;
    }

    // The one that most see; of equals the one that stands, else the newest.
    private Endpoint? Most(Func<Endpoint, Endpoint, bool> equal, Func<Endpoint, bool> counts, Endpoint? standing)
    {
        Endpoint? best = null;
        var most = 0;
        foreach (var cast in _cast)
        {
            var seen = cast.Report.Seen;
            if (!counts(seen))
                continue;
            var votes = _cast.Count(other => counts(other.Report.Seen) && equal(seen, other.Report.Seen));
            var keeps = votes == most && standing is { } old && best is { } found && equal(found, old);
            if (votes < most || keeps)
                continue;
            most = votes;
            best = seen;
        }

        return best;
    }

    private readonly record struct Cast(WanReport Report, int Weight);
}
