using Kith.Delivery.Privacy;
using Kith.Delivery.Routes;
using Kith.Messaging;
using Kith.Node.Api.Types;
using ContactState = Kith.Messaging.ContactState;

namespace Kith.Node.Network;

/// <summary>What works from here, and what to do about what does not.</summary>
internal static class Doctor
{
    private const long LowDiskBytes = 64L << 20;

    public static IReadOnlyList<DoctorCheck> Examine(
        string home, IReadOnlyList<string> addresses, NodeTor tor, bool isOnion, DirectRoute route, IReadOnlyList<ContactView> contacts, int outbox, IEnumerable<DoctorCheck> network) =>
    [
        .. isOnion ? Array.Empty<DoctorCheck>() : [Listening(addresses)],
        Disk(home),
        Contacts(route, contacts),
        Outbox(outbox),
        .. network,
        TorPicture.Examine(tor, isOnion),
    ];

    private static DoctorCheck Listening(IReadOnlyList<string> addresses)
    {
        var reachable = addresses.Any(address => !address.StartsWith("127.", StringComparison.Ordinal) && !address.StartsWith("[::1]", StringComparison.Ordinal));
        return new DoctorCheck("listen", reachable, reachable
            ? $"Other nodes reach this one at {string.Join(", ", addresses)}."
            : $"Only this machine reaches this node ({string.Join(", ", addresses)}): start it with --listen 0.0.0.0:0, or connect to a network.");
    }

    private static DoctorCheck Disk(string home)
    {
        try
        {
            var free = new DriveInfo(home).AvailableFreeSpace;
            return new DoctorCheck("disk", free >= LowDiskBytes, $"{free / (1 << 20)} MiB are free where the home is{(free < LowDiskBytes ? ": make room, or messages cannot be kept" : "")}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new DoctorCheck("disk", false, "The system does not say how much room there is where the home is.");
        }
    }

    private static DoctorCheck Contacts(DirectRoute route, IReadOnlyList<ContactView> contacts)
    {
        // With those for whom we are veiled there are no sessions.
        var wanted = contacts.Where(contact => contact.Privacy != PrivacyLevel.Veiled && contact.State is (ContactState.Connected or ContactState.Connecting)).ToList();
        var away = wanted.Where(contact => route.SessionOf(contact.Id) is null).ToList();
        if (wanted.Count == 0)
            return new DoctorCheck("contacts", true, contacts.Count == 0 ? "There are no contacts yet: make a link with `kith link`." : "No session with a contact is wanted: messages go by forwarders and drops.");
        if (away.Count == 0)
            return new DoctorCheck("contacts", true, wanted.Count == 1 ? "Your contact is connected." : $"All {wanted.Count} contacts are connected.");
        var reason = away.Select(contact => route.LastFailureOf(contact.Id)?.Message).FirstOrDefault(message => message is not null);
        return new DoctorCheck("contacts", away.Count < wanted.Count, $"{wanted.Count - away.Count} of {wanted.Count} contacts are connected{(reason is null ? "" : $"; the last call to another failed: {reason}")}.");
    }

    private static DoctorCheck Outbox(int outbox)
        => new("outbox", true, outbox == 0 ? "Everything is delivered." : outbox == 1 ? "1 message waits for its receiver and goes on being tried." : $"{outbox} messages wait for their receivers and go on being tried.");
}
