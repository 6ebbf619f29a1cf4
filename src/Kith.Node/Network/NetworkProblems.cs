using Kith.Node.Api.Types;
using Kith.Node.Events;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Wire;
using EntrySource = Kith.Overlay.EntrySource;
using EntryState = Kith.Overlay.EntryState;

namespace Kith.Node.Network;

/// <summary>What of the network is wrong, in plain words, and what to do about it; the gravest first.</summary>
internal static class NetworkProblems
{
    public static IReadOnlyList<NetworkProblem> Find(OverlayView view, string? udpFailure, int port, bool mayAskMainline, bool mayUseRelays, IReadOnlyDictionary<AccountId, long> clocks, ContactBoard board)
    {
        var problems = new List<NetworkProblem>();
        if (udpFailure is not null)
            problems.Add(new NetworkProblem("No UDP", udpFailure, "Allow this program to use UDP in the firewall or the container, then start it again: until then contacts are found at their last addresses alone."));
        else if (IsAlone(view))
            problems.Add(Alone(view, mayAskMainline));
        if (view.Problem is { } sentence)
            problems.Add(new NetworkProblem("The swarm's clocks differ", Sentence(sentence), "Set this computer's clock by the network."));
        foreach (var (contact, difference) in clocks)
            problems.Add(Clock(board.Name(contact), difference));
        // While somebody answers, contacts' and remembered addresses that do not are no news; what the user named is.
        foreach (var entry in view.Entries.Where(entry => entry is { State: EntryState.Failed, Source: EntrySource.Named or EntrySource.DynamicDns }))
            problems.Add(Failed(entry));
        foreach (var name in view.Entries.Where(entry => entry is { State: EntryState.Answered, Source: EntrySource.DynamicDns, Detail: not null }))
            problems.Add(new NetworkProblem($"{name.Address} is not kept true", Sentence(name.Detail!), "Others still come in by it; ask whoever runs the DNS server, or start without --ddns-key."));
        if (udpFailure is null && Narrow(view, port, mayUseRelays) is { } narrow)
            problems.Add(narrow);
        return problems;
    }

    private static bool IsAlone(OverlayView view) => view.Nodes == 0 && view.Active == 0 && !view.Entries.Any(entry => entry.State is EntryState.Resolving or EntryState.Asked);

    private static NetworkProblem Alone(OverlayView view, bool mayAskMainline) => new(
        "No way into the network",
        view.Entries.Count == 0
            ? "There is nobody to begin with, so contacts who have moved cannot be found."
            : $"{(view.Entries.Count == 1 ? "The one entry point does not answer" : $"None of {view.Entries.Count} entry points answers")}, so contacts who have moved cannot be found.",
        mayAskMainline
            ? "Check that this computer has a network that lets UDP through, or name a node that you know with `kith up --entry HOST:PORT`; it goes on being tried."
            : "Name a node that you know with `kith up --entry HOST:PORT`, or meet a contact on one local network; it goes on being tried.");

    private static NetworkProblem Clock(string name, long difference) => new(
        "A clock is wrong",
        $"{name}'s clock is {Span(difference)} {(difference > 0 ? "ahead of" : "behind")} yours: one of the two is wrong.",
        "Set this computer's clock by the network; if it is right, tell them to.");

    private static NetworkProblem Failed(EntryView entry) => new(
        $"{entry.Address} does not answer",
        entry.Detail is { } detail ? Sentence(detail) : "Nothing came back from there.",
        entry.Source == EntrySource.Named
            ? "Check the name and the port; it goes on being tried until you start with other --entry ones, or --entry none."
            : "Check the name's records; it goes on being asked until you start with --ddns none.");

    // Whoever is reached by punching has no problem. Some networks let too little through for that, and without an introducer there is nobody to begin it.
    private static NetworkProblem? Narrow(OverlayView view, int port, bool mayUseRelays) => view.Nat.Kind switch
    {
        _ when view.Reachable == true || view.Nat.MappedAddresses.Count > 0 => null,
        NatKind.Blocked when !IsAlone(view) => new NetworkProblem("UDP does not come through", view.Nat.Sentence, view.Nat.Advice),
        NatKind.Symmetric when !mayUseRelays => new NetworkProblem("Some people are not reached from here", view.Nat.Sentence, $"Allow relays, here or with `kith relay use`: they pass on what they cannot read. {view.Nat.Advice}".TrimEnd()),
        NatKind.Unknown when view.Reachable == false && view.Via.Count == 0 => Unreachable(port),
        _ => null,
    };

    private static NetworkProblem Unreachable(int port) => new(
        "Nobody outside can call you",
        "A router or firewall lets only answers in, so two people who both sit behind one cannot call each other.",
        $"Forward port {port}, TCP and UDP, on the router to this computer.");

    private static string Span(long milliseconds)
    {
        var span = TimeSpan.FromMilliseconds(Math.Abs(milliseconds));
        return span.TotalDays >= 2 ? $"{span.TotalDays:0} days" : span.TotalHours >= 2 ? $"{span.TotalHours:0} hours" : $"{span.TotalMinutes:0} minutes";
    }

    /// <summary>With a capital and a full stop, whoever wrote it.</summary>
    internal static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].TrimEnd('.') + ".";
}
