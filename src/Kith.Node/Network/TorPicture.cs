using Kith.Forwarding.Directory;
using Kith.Node.Api.Types;
using Kith.Transport;
using Kith.Transport.Tor;

namespace Kith.Node.Network;

/// <summary>Tor as people see it.</summary>
internal static class TorPicture
{
    /// <summary>What the API shows; null while nothing has asked for Tor.</summary>
    public static TorStatus? Draw(NodeTor tor)
    {
        if (!tor.IsBegun)
            return null;
        var state = tor.State;
        return new TorStatus(
            (Api.Types.TorPhase)state.Phase,
            state.Progress,
            state.Says,
            (state.Problem ?? tor.Person?.Problem) is { } problem ? NetworkProblems.Sentence(problem) : null,
            state.Version,
            tor.Person?.Address.ToString(),
            state.IsReady && tor.Person is { IsPublished: true });
    }

    /// <summary>Entry points at onion addresses.</summary>
    public static IReadOnlyList<EntryPoint> Entries(IReadOnlyList<OnionEntry> entries) =>
    [
        .. entries.Select(static entry => new EntryPoint(
            EntrySource.Named,
            NodeAddress.Onion(OnionAddress.Of(entry.At.Key), entry.At.Port).ToString(),
            entry.State switch
            {
                OnionEntryState.Answered => EntryState.Answered,
                OnionEntryState.Failed => EntryState.Failed,
                OnionEntryState.Asked => EntryState.Asked,
                _ => EntryState.Resolving,
            },
            entry.Problem is { } problem ? NetworkProblems.Sentence(problem) : null,
            entry.Elapsed)),
    ];

    /// <summary>What is wrong where everything goes through Tor.</summary>
    public static IReadOnlyList<NetworkProblem> Problems(NodeTor tor) =>
        (tor.State.Problem ?? tor.Person?.Problem) is { } problem
            ? [new NetworkProblem("Tor is not ready", NetworkProblems.Sentence(problem), "Messages wait until it is; nothing is sent another way.")]
            : [];

    /// <summary>The line of <c>kith doctor</c>.</summary>
    public static DoctorCheck Examine(NodeTor tor, bool isOnion)
    {
        if (!tor.IsBegun)
            return new DoctorCheck("tor", true, "Tor is not used: nobody whom you know is reached through it alone, and your privacy setting does not ask for it.");
        if (tor.WhyNot is { } reason)
            return new DoctorCheck("tor", false, isOnion ? $"{reason} Messages wait until it is ready; nothing is sent another way." : reason);
        var version = tor.State.Version is { } known ? $"Tor {known}" : "Tor";
        return tor.Person is not { } person ? new DoctorCheck("tor", true, $"{version} is ready.")
            : person.Problem is { } problem ? new DoctorCheck("tor", false, NetworkProblems.Sentence(problem))
            : !person.IsPublished ? new DoctorCheck("tor", false, $"{version} is ready; this node's onion services are being published, which takes some seconds.")
            : new DoctorCheck("tor", person.LeftOut == 0, $"{version} is ready. {LetIn(person)}");
    }

    // Which services these are is nobody's business but theirs who are let in.
    private static string LetIn(PersonOnion person) => (person.Open, person.TakesLinks) switch
    {
        (0, false) => "Nobody is let in yet: there are neither contacts nor links.",
        (0, true) => "Whoever has a link of yours is let in; there are no contacts yet.",
        (_, var takesLinks) => $"Contacts are let in, each by a key of their own{(takesLinks ? ", and whoever has a link of yours" : "")}."
            + (person.LeftOut == 0 ? "" : $" For {person.LeftOut} of them there is no room: they have no address of yours, and hear from you when you reach them."),
    };
}
