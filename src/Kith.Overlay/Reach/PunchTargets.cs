using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>
/// Which of the addresses that the other side of a call gave are sent probes. They come from whoever made the call, so each rule keeps somebody from aiming us at a third party, or at
/// a service of this machine or house (docs/protocol/reach.md, "What is punched").
/// </summary>
internal static class PunchTargets
{
    /// <summary>Those that may be punched, in their order.</summary>
    /// <param name="ground">The rest of the overlay.</param>
    /// <param name="introducer">Through whom the call came or went.</param>
    /// <param name="candidates">What the other side says of itself.</param>
    /// <param name="isContact">Whether it is a contact.</param>
    /// <param name="refused">How many were not taken.</param>
    public static List<Endpoint> Choose(IReachGround ground, Endpoint introducer, IReadOnlyList<Endpoint> candidates, bool isContact, out int refused)
    {
        var most = isContact ? ReachLimits.MaxCandidates : ReachLimits.MaxCandidatesOfStranger;
        var sharesNat = candidates.Any(candidate => SameAddress(candidate, ground.Wan4) || SameAddress(candidate, ground.Wan6));
        var targets = candidates.Distinct().Where(candidate => May(ground, introducer, candidate, isContact, sharesNat)).Take(most).ToList();
        refused = candidates.Count - targets.Count;
        return targets;
    }

    private static bool May(IReachGround ground, Endpoint introducer, Endpoint target, bool isContact, bool sharesNat)
    {
        var networks = ground.Networks;
        if (target.Port < ReachLimits.MinPort || target == ground.Wan4 || target == ground.Wan6 || !networks.MayContact(target) || ground.Candidates.Contains(target))
            return false;
        var kind = AddressScope.KindOf(target);
        return kind switch
        {
            // Behind our own NAT: for a contact there, where the NAT leads back in (hairpin).
            AddressKind.Global or AddressKind.Documentation => isContact || !(SameAddress(target, ground.Wan4) || SameAddress(target, ground.Wan6)),
            // One machine: only where the introducer is on it too, as in a test. From anywhere else it would be a service of ours.
            AddressKind.Loopback => AddressScope.KindOf(introducer) == AddressKind.Loopback,
            // Another house has the same private addresses. That both are in one is shown by one outer address, by an introducer that is inside, or by having no outside.
            AddressKind.Private or AddressKind.Shared =>
                isContact && (sharesNat || AddressScope.IsOneNetwork(kind, introducer, target) || (ground.Wan4 is null && ground.Wan6 is null)),
            _ => false,
        };
    }

    private static bool SameAddress(Endpoint one, Endpoint? other) => other is { } address && one.SameAddress(address);
}
