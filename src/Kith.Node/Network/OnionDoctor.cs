using Kith.Forwarding.Directory;
using Kith.Forwarding.Hosting;
using Kith.Node.Api.Types;

namespace Kith.Node.Network;

/// <summary>Entry points at onion addresses, others' and one's own, for <c>kith doctor</c>.</summary>
internal static class OnionDoctor
{
    /// <summary>Whether others are found through Tor alone.</summary>
    public static DoctorCheck Examine(int entries, IReadOnlyList<OnionEntry> states, ForwardingView? view)
    {
        if (entries == 0 || view is null)
            return new DoctorCheck("forwarders", true, "No entry point at an onion address is known, so only contacts who run Tor are reached: name one in the settings or with `kith tor --entry onion/NAME:PORT` to reach the others too.");
        var answered = states.Count(static one => one.State == OnionEntryState.Answered);
        var problem = states.Select(static one => one.Problem).FirstOrDefault(static one => one is not null);
        var ways = $"{answered} of {entries} entry points answered{(answered < entries && problem is not null ? $" ({problem})" : "")}; {view.Known} nodes that forward are known, {view.AtOnions} of them at onion addresses";
        return new DoctorCheck("forwarders", view.Guards > 0, view.Guards > 0 ? $"{ways}; messages come through {view.Guards} of them." : $"{ways}; there is no session with one yet.");
    }

    /// <summary>The node's own.</summary>
    public static DoctorCheck Examine(TorEntryState entry) => entry switch
    {
        { Problem: { } problem } => new DoctorCheck("tor-entry", false, problem),
        { Published: true } => new DoctorCheck("tor-entry", true, $"People who use Tor alone come in at {entry.Address}."),
        _ => new DoctorCheck("tor-entry", false, "The onion service for people who use Tor alone is not published yet, which takes some seconds once Tor is ready."),
    };
}
