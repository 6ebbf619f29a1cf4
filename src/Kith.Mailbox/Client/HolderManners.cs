using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>How fast holders answered, and which of them did not: whom to ask first and how long to wait.</summary>
internal sealed class HolderManners
{
    private readonly Dictionary<Endpoint, Manners> _known = [];

    /// <summary>How long to wait for an answer to a request of so many bytes before another holder is asked too, milliseconds.</summary>
    public long Patience(HolderHandle holder, long bytes)
    {
        var patience = _known.TryGetValue(holder.At, out var manners) && manners.Smoothed >= 0
            ? Math.Clamp(manners.Smoothed + (4 * manners.Variation), ClientLimits.LeastPatience, ClientLimits.FirstPatience)
            : ClientLimits.FirstPatience;
        return patience + (bytes / ClientLimits.SlowLine);
    }

    /// <summary>The time of an answer as RFC 6298 smooths it; when nothing is known, a second.</summary>
    public long Expected(HolderHandle holder) => _known.TryGetValue(holder.At, out var manners) && manners.Smoothed >= 0 ? manners.Smoothed : 1_000;

    /// <summary>Whether a holder failed lately: it is asked last.</summary>
    public bool IsAvoided(HolderHandle holder, long now) => _known.TryGetValue(holder.At, out var manners) && manners.AvoidUntil > now;

    /// <summary>It answered after so long.</summary>
    public void Answered(HolderHandle holder, long elapsed)
    {
        var manners = Of(holder);
        elapsed = Math.Clamp(elapsed, 0, 60_000);
        // RFC 6298 section 2.
        if (manners.Smoothed < 0)
        {
            (manners.Smoothed, manners.Variation) = (elapsed, elapsed / 2);
        }
        else
        {
            manners.Variation += (Math.Abs(manners.Smoothed - elapsed) - manners.Variation) / 4;
            manners.Smoothed += (elapsed - manners.Smoothed) / 8;
        }

        (manners.Failures, manners.AvoidUntil) = (0, 0);
    }

    /// <summary>It did not answer, or refused.</summary>
    public void Failed(HolderHandle holder, long now)
    {
        var manners = Of(holder);
        manners.AvoidUntil = now + Math.Min(ClientLimits.LongestAvoidance, ClientLimits.FirstAvoidance << Math.Min(manners.Failures, 10));
        manners.Failures++;
    }

    /// <summary>Nothing is held against anybody: the network is another one.</summary>
    public void Forgive()
    {
        foreach (var manners in _known.Values)
            (manners.Failures, manners.AvoidUntil) = (0, 0);
    }

    private Manners Of(HolderHandle holder)
    {
        if (_known.TryGetValue(holder.At, out var manners))
            return manners;
        if (_known.Count >= ClientLimits.Remembered)
            _known.Clear();
        return _known[holder.At] = new Manners();
    }

    private sealed class Manners
    {
        public long Smoothed { get; set; } = -1;

        public long Variation { get; set; }

        public int Failures { get; set; }

        public long AvoidUntil { get; set; }
    }
}
