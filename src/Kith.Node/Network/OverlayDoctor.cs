using System.Globalization;
using Kith.Node.Api.Types;
using Kith.Overlay;
using Kith.Transport.Udp;
using EntrySource = Kith.Overlay.EntrySource;
using EntryState = Kith.Overlay.EntryState;

namespace Kith.Node.Network;

/// <summary>What of the overlay works from here, line by line, and what to do about what does not.</summary>
internal static class OverlayDoctor
{
    public static IEnumerable<DoctorCheck> Examine(OverlayView view, NetworkSetup setup, UdpPort? udp, string? udpFailure, IReadOnlyList<NetworkProblem> problems)
    {
        yield return Udp(view, udp, udpFailure);
        yield return Wan(view, udp);
        if (view.Entries.Count == 0)
            yield return NoEntries(view, problems);
        // While somebody is there, the many that were only worth a try and do not answer are one line.
        var silent = view.Nodes == 0 ? [] : view.Entries.Where(entry => entry.State == EntryState.Failed && !IsChosen(entry)).ToList();
        foreach (var entry in view.Entries.Except(silent).OrderBy(entry => entry.Source))
            yield return Entry(entry);
        if (silent.Count > 0)
            yield return new DoctorCheck("entry", true, $"{Count(silent.Count, "address", "addresses")} of contacts, of the last run or of the local network {(silent.Count == 1 ? "does" : "do")} not answer now; others do.");
        yield return Dht(view, problems);
        yield return LocalNetwork(view, setup);
        foreach (var name in setup.DynamicDns)
            yield return DynamicDns(view, name.Name, name.Key is not null);
        yield return Clock(problems);
        if (setup.Swarm is not null)
            yield return new DoctorCheck("swarm", true, "This node belongs to a private swarm: it speaks only to nodes that have the swarm's key.");
    }

    private static DoctorCheck Udp(OverlayView view, UdpPort? udp, string? failure)
    {
        if (udp is null || failure is not null)
            return new DoctorCheck("udp", false, $"{failure ?? "There is no UDP port."} Contacts are found at their last addresses alone: allow UDP, and start again.");
        if (view.BytesIn > 0)
            return new DoctorCheck("udp", true, $"Datagrams come and go on port {udp.Port}: {Amount(view.BytesIn)} in, {Amount(view.BytesOut)} out.");
        return view.BytesOut == 0
            ? new DoctorCheck("udp", true, $"Port {udp.Port} is open; nothing has come or gone yet.")
            : new DoctorCheck("udp", false, $"{Amount(view.BytesOut)} went out on port {udp.Port} and nothing has come back: a firewall may let no UDP through, or nobody is where was asked.");
    }

    private static DoctorCheck Wan(OverlayView view, UdpPort? udp)
    {
        if (view.Wan is { } wan)
        {
            var agree = view.Votes.Count(vote => vote.Seen.Equals(wan));
            return new DoctorCheck("wan", true, $"Others see this node at {wan} ({agree} of {view.Votes.Count} reports say so).");
        }

        return view.Votes.Count == 0
            ? new DoctorCheck("wan", udp?.IsLoopbackOnly == true, "Nobody has said yet at which address they see this node.")
            : new DoctorCheck("wan", false, $"Those asked do not agree at which address they see this node: {string.Join(", ", view.Votes.Select(vote => vote.Seen.ToString()).Distinct())}. It is asked on.");
    }

    private static DoctorCheck NoEntries(OverlayView view, IReadOnlyList<NetworkProblem> problems) => view.Nodes > 0
        ? new DoctorCheck("entry", true, "Others came to this node; it had no entry point of its own to ask.")
        : new DoctorCheck("entry", false, Advice(problems, "No way into the network") ?? "There is no entry point to ask.");

    private static bool IsChosen(EntryView entry) => entry.Source is EntrySource.Named or EntrySource.DynamicDns;

    private static DoctorCheck Entry(EntryView entry)
    {
        var where = $"{entry.Address} ({Source(entry.Source)})";
        return entry.State switch
        {
            EntryState.Answered => new DoctorCheck("entry", true, $"{where} answers{(entry.Elapsed is { } elapsed ? $", after {elapsed} ms" : "")}."),
            EntryState.Resolving => new DoctorCheck("entry", true, $"{where} is being resolved."),
            EntryState.Asked => new DoctorCheck("entry", true, $"{where} was asked and has not answered yet."),
            _ => new DoctorCheck("entry", false, $"{where}: {(entry.Detail ?? "nothing came back from there").TrimEnd('.')}."),
        };
    }

    private static DoctorCheck Dht(OverlayView view, IReadOnlyList<NetworkProblem> problems) => view.Nodes == 0
        ? new DoctorCheck("dht", false, Advice(problems, "No way into the network") ?? "No node of the DHT is known yet.")
        : new DoctorCheck("dht", true, string.Create(CultureInfo.InvariantCulture, $"{Count(view.Nodes, "node is", "nodes are")} in the routing table; {Count(view.Stored, "item is", "items are")} kept for others{(view.IsReadOnly ? "; others are told not to ask this node" : "")}."));

    private static DoctorCheck LocalNetwork(OverlayView view, NetworkSetup setup)
    {
        if (!setup.LocalNetwork)
            return new DoctorCheck("lan", true, "Not looked for on the local network, as you chose (--no-lan).");
        var heard = view.Entries.Count(entry => entry.Source == EntrySource.LocalNetwork);
        return new DoctorCheck("lan", true, heard == 0 ? "Nobody was heard on the local network so far." : $"{Count(heard, "node was", "nodes were")} heard on the local network.");
    }

    private static DoctorCheck DynamicDns(OverlayView view, string name, bool updates)
    {
        var records = view.Entries.Where(entry => entry.Source == EntrySource.DynamicDns && entry.Address.Contains(name, StringComparison.OrdinalIgnoreCase)).ToList();
        // One that leads in may have something wrong with it all the same: records that could not be renewed.
        var failed = records.Find(entry => entry.State is EntryState.Failed or EntryState.Answered && entry.Detail is not null);
        if (failed is not null)
            return new DoctorCheck("ddns", false, $"{name}: {failed.Detail!.TrimEnd('.')}.");
        return new DoctorCheck("ddns", true, $"{name} is {(updates ? "read, and its records kept true by signed updates" : "read; without --ddns-key this node does not update it")}.");
    }

    private static DoctorCheck Clock(IReadOnlyList<NetworkProblem> problems)
        => problems.FirstOrDefault(problem => problem.What.Contains("clock", StringComparison.OrdinalIgnoreCase)) is { } wrong
            ? new DoctorCheck("clock", false, $"{wrong.Detail} {wrong.Remedy}")
            : new DoctorCheck("clock", true, "Nothing speaks against this computer's clock.");

    private static string? Advice(IReadOnlyList<NetworkProblem> problems, string what)
        => problems.FirstOrDefault(problem => problem.What == what) is { } problem ? $"{problem.Detail} {problem.Remedy}" : null;

    private static string Source(EntrySource source) => source switch
    {
        EntrySource.Remembered => "from the last run",
        EntrySource.Named => "named",
        EntrySource.Contact => "a contact's",
        EntrySource.LocalNetwork => "on the local network",
        EntrySource.DynamicDns => "dynamic DNS",
        _ => "mainline",
    };

    private static string Count(int number, string one, string many) => number == 1 ? $"1 {one}" : string.Create(CultureInfo.InvariantCulture, $"{number} {many}");

    private static string Amount(long bytes) => bytes < 10_000 ? $"{bytes} bytes" : $"{bytes / 1000} kB";
}
