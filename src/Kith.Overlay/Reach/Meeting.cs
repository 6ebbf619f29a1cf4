using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>
/// Two TCP connections that meet (RFC 5128 section 3.4): each side connects from the port that it listens on to where the other's connections come from. For networks that let no UDP through, or not
/// that of the other side.
/// </summary>
/// <param name="At">Where the other side's connections come from.</param>
/// <param name="After">After so much of the punch, milliseconds: at once where UDP is blocked, else where the probes brought nothing.</param>
internal sealed record Meeting(Endpoint At, long After)
{
    /// <summary>Where our own connections come from, over a family; default where it is not known, as behind a NAT that gives other ports.</summary>
    public static Endpoint OwnEndpoint(IReachGround ground, Registrar registrar, bool isIPv4)
    {
        if (ground.Nat == Nat.NatKind.Blocked)
        {
            // No datagram shows it. The introducers see the address of the tunnels; whether the port is kept is seen when it is tried.
            var seen = registrar.SeenAt(isIPv4);
            return seen == default ? default : seen.WithPort(ground.Port);
        }

        // A NAT that keeps the ports of UDP keeps those of TCP.
        var outer = (isIPv4 ? ground.Wan4 : ground.Wan6) ?? default;
        if (outer.Port == ground.Port && outer != default)
            return outer;
        var mapped = ground.MappedTcp;
        return mapped != default && mapped.IsIPv4 == isIPv4 ? mapped : default;
    }

    /// <summary>Whether, where and when the two meet; null where they do not. Both sides come to the same.</summary>
    public static Meeting? Between(IReachGround ground, CallContent mine, CallContent theirs)
    {
        var isBlocked = mine.Nat == Nat.NatKind.Blocked || theirs.Nat == Nat.NatKind.Blocked;
        foreach (var (own, other) in new[] { (mine.Tcp6, theirs.Tcp6), (mine.Tcp4, theirs.Tcp4) })
        {
            if (own != default && other != default && !own.SameAddress(other) && May(ground, other))
                return new Meeting(other, isBlocked ? 0 : ReachLimits.MeetAfter);
        }

        return null;
    }

    // As with what is punched: it comes from whoever made the call.
    private static bool May(IReachGround ground, Endpoint target) =>
        target.Port >= ReachLimits.MinPort && ground.Networks.MayContact(target) && AddressScope.KindOf(target) is AddressKind.Global or AddressKind.Documentation;
}
