using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>
/// Decides which puncture requests are obeyed. A puncture goes to an address that another names, so each rule here keeps somebody from aiming us at a third party;
/// docs/protocol/walker.md says what is still possible.
/// </summary>
internal sealed class PunctureGuard
{
    /// <summary>Punctures that one introducer gets before any of its targets is heard.</summary>
    public const double CreditBurst = 4;

    /// <summary>How fast that credit grows by itself; a target that is heard gives one back at once.</summary>
    public const double CreditPerSecond = 1.0 / 60;

    /// <summary>An address (whatever the port) gets one puncture in so many milliseconds, when it spoke after the last one.</summary>
    public const long TargetInterval = 60_000;

    /// <summary>The same for one that did not speak: it did not want the puncture.</summary>
    public const long SilentTargetInterval = 10 * 60_000;

    /// <summary>Targets of one prefix remembered.</summary>
    public const int MaxPerPrefix = 4;

    /// <summary>Targets remembered, for as long as their interval; beyond them nobody is punctured.</summary>
    public const int MaxTargets = 1024;

    /// <summary>Lowest port: below are services of the system (RFC 6335 section 6).</summary>
    public const int MinPort = 1024;

    /// <summary>An introducer must have answered us within so many milliseconds.</summary>
    public const long IntroducerFreshness = 2 * 60_000;

    private const double TotalBurst = 16;
    private const double TotalPerSecond = 4;

    private readonly Dictionary<Endpoint, Sent> _sent = [];
    private readonly RateBucket _total = new(TotalBurst, TotalPerSecond);

    /// <summary>Whether we puncture this address for this introducer; if so it is counted.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="introducer">Who asks.</param>
    /// <param name="target">Whom to puncture.</param>
    /// <param name="own">Our networks.</param>
    /// <param name="wan">Our address as others see it: who is behind it is ourselves or behind our NAT.</param>
    public bool TryAccept(long now, WalkerPeer introducer, Endpoint target, OwnNetworks own, Endpoint? wan)
    {
        // Only peers that we asked ourselves, and that answered: nobody gets to introduce by coming to us.
        if (introducer.Standing < PeerStanding.Answered || introducer.AnsweredAt == 0 || now - introducer.AnsweredAt > IntroducerFreshness)
            return false;
        var lifted = own.AreLifted(target) && own.AreLifted(introducer.Address);
        if (!own.MayFollow(introducer.Address, target) || target == introducer.Address || target == wan || target.Port < MinPort)
            return false;
        if (!lifted && (target.SameAddress(wan ?? default) || IsOwn(own, target)))
            return false;
        Forget(now);
        var key = lifted ? target : target.WithPort(0);
        if (_sent.Count >= MaxTargets || _sent.ContainsKey(key) || (!lifted && CountOf(AddressPrefix.Of(target)) >= MaxPerPrefix))
            return false;
        // The introducer's credit last: what is refused for another reason costs it nothing.
        if (!_total.TryTake(now) || !introducer.PunctureCredit.TryTake(now))
            return false;
        _sent.Add(key, new Sent(now, introducer.Address));
        return true;
    }

    /// <summary>Something came from an address: if it was punctured lately, says for whom, once.</summary>
    public bool TryClaim(Endpoint from, out Endpoint introducer)
    {
        introducer = default;
        var key = _sent.ContainsKey(from) ? from : from.WithPort(0);
        if (!_sent.TryGetValue(key, out var sent) || sent.Claimed)
            return false;
        _sent[key] = sent with { Claimed = true };
        introducer = sent.Introducer;
        return true;
    }

    /// <summary>Whether this address was punctured lately.</summary>
    public bool WasPunctured(Endpoint address) => _sent.ContainsKey(address) || _sent.ContainsKey(address.WithPort(0));

    private static bool IsOwn(OwnNetworks own, Endpoint target)
    {
        foreach (var address in own.Addresses)
        {
            if (address.SameAddress(target))
                return true;
        }

        return false;
    }

    private int CountOf(AddressPrefix prefix)
    {
        var count = 0;
        foreach (var target in _sent.Keys)
            count += AddressPrefix.Of(target) == prefix ? 1 : 0;
        return count;
    }

    private void Forget(long now)
    {
        foreach (var (target, sent) in _sent)
        {
            // Removing while going through is allowed.
            if (now - sent.At >= (sent.Claimed ? TargetInterval : SilentTargetInterval))
                _sent.Remove(target);
        }
    }

    private readonly record struct Sent(long At, Endpoint Introducer, bool Claimed = false);
}
