using Kith.Node.Api.Types;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Overlay.Relay;
using Kith.Transport.Udp;

namespace Kith.Node.Network;

/// <summary>Whether others reach this node and this node others, line by line, and what to do about what does not work.</summary>
internal static class ReachDoctor
{
    public static IEnumerable<DoctorCheck> Examine(OverlayView view, NetworkSetup setup, RelayChoice relays, UdpPort? udp, bool listensOn443)
    {
        var isLocal = udp?.IsLoopbackOnly == true;
        yield return Nat(view, relays, udp);
        yield return PortMapping(view, setup, isLocal);
        yield return Introducers(view, isLocal);
        yield return Relay(view, relays);
        yield return Tcp443(relays, listensOn443);
    }

    private static DoctorCheck Nat(OverlayView view, RelayChoice relays, UdpPort? udp)
    {
        var nat = view.Nat;
        var said = nat.Advice is { } advice ? $"{nat.Sentence} {advice}" : nat.Sentence;
        return nat.Kind switch
        {
            _ when udp is null => new DoctorCheck("nat", false, "Without UDP it cannot be found out what stands between this node and the internet."),
            _ when udp.IsLoopbackOnly => new DoctorCheck("nat", true, "None: this node is for this machine alone."),
            NatKind.Unknown when view.Reachable == true => new DoctorCheck("nat", true, "Others reach this node without help."),
            NatKind.Unknown => new DoctorCheck("nat", true, said),
            _ when view.Reachable == true || nat.MappedAddresses.Count > 0 => new DoctorCheck("nat", true, $"{nat.Name}: {said}"),
            NatKind.Symmetric when relays.MayUse => new DoctorCheck("nat", true, $"{nat.Name}: {nat.Sentence} Relays are allowed, so messages arrive all the same."),
            NatKind.Symmetric => new DoctorCheck("nat", false, $"{nat.Name}: {said} `kith relay use` allows them."),
            NatKind.Blocked => new DoctorCheck("nat", false, $"{nat.Name}: {said}"),
            _ => new DoctorCheck("nat", true, $"{nat.Name}: {said}"),
        };
    }

    private static DoctorCheck PortMapping(OverlayView view, NetworkSetup setup, bool isLocal)
    {
        var router = view.Nat.Router;
        if (!setup.PortMapping)
            return new DoctorCheck("portmap", true, "The router is not asked for a port, as you chose (--no-portmap).");
        if (isLocal || view.Nat.Kind == NatKind.None)
            return new DoctorCheck("portmap", true, "Not needed: nothing stands between.");
        if (view.Nat.MappedAddresses is { Count: > 0 } opened)
            return new DoctorCheck("portmap", true, $"The router opened {string.Join(", ", opened)} for this node.");
        if (router.IsDoubleNat)
            return new DoctorCheck("portmap", false, "The router opened a port, but stands itself behind a second one: ask the provider for an address of your own. Contacts are called through introducers meanwhile.");
        // Most networks have no such router: nothing is wrong with that.
        return new DoctorCheck("portmap", true, router.Problem is { } problem ? $"{NetworkProblems.Sentence(problem)} Contacts are called through introducers instead." : "The router has not answered whether it opens ports.");
    }

    private static DoctorCheck Introducers(OverlayView view, bool isLocal)
    {
        // One that has both families stands there twice, under one handle.
        var introducers = view.Via.Select(via => via[(via.LastIndexOf('/') + 1)..]).Distinct(StringComparer.Ordinal).Count();
        if (introducers > 0)
            return new DoctorCheck("introducers", true, introducers == 1 ? "One node introduces callers to this one." : $"{introducers} nodes introduce callers to this one.");
        if (isLocal || view.Reachable == true)
            return new DoctorCheck("introducers", true, "Not needed: others reach this node directly.");
        return new DoctorCheck("introducers", false, view.Active == 0
            ? "Nobody introduces callers to this node, as there is no way into the network yet: name a node with --entry."
            : "Nobody introduces callers to this node yet: no node that strangers can reach has been met. It goes on being looked for.");
    }

    private static DoctorCheck Relay(OverlayView view, RelayChoice relays)
    {
        var agreed = relays.Agreed;
        var carried = agreed.HasFlag(RelayConsent.Serve) ? $" {view.Relay.Served} of others' conversations go through this node now." : "";
        if (!relays.MayUse)
        {
            return RelayChoice.Helps(view)
                ? new DoctorCheck("relay", false, $"Relays are off, and from this network some people are reached over them alone: allow them with `kith relay {(carried.Length > 0 ? "both" : "use")}`.{carried}")
                : new DoctorCheck("relay", true, $"Your conversations use no relays, as nothing was agreed to; they are not needed here as far as is known.{carried}");
        }

        var known = view.Peers.Count(peer => peer.ServesRelay);
        var used = view.Relay.Used == 0 ? "none is used now" : view.Relay.Used == 1 ? "one conversation uses one now" : $"{view.Relay.Used} conversations use one now";
        return known == 0 && view.Relay.Used == 0
            ? new DoctorCheck("relay", !RelayChoice.Helps(view), $"Relays are allowed, but no node that carries others' conversations is known yet; one starts with `kith up --relay serve`.{carried}")
            : new DoctorCheck("relay", true, $"Relays are allowed: {known} known {(known == 1 ? "node carries" : "nodes carry")} others' conversations, and {used}.{carried}");
    }

    private static DoctorCheck Tcp443(RelayChoice relays, bool listens) => new("tcp443", true, listens
        ? "This node also listens on TCP port 443, which lets in people whose network blocks the rest."
        : relays.Agreed.HasFlag(RelayConsent.Serve)
            ? "This node does not listen on TCP port 443: the system does not allow it, or another program has it. Where it may, it helps people whose network blocks the rest."
            : "TCP port 443 is for nodes that carry others' conversations.");
}
