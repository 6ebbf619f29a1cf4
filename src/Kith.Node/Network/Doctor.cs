using Kith.Node.Api.Types;

namespace Kith.Node.Network;

/// <summary>What works from here, and what to do about what does not.</summary>
internal static class Doctor
{
    private const long LowDiskBytes = 64L << 20;

    public static IReadOnlyList<DoctorCheck> Examine(
        string home, IReadOnlyList<string> addresses, NodeTor tor, bool isOnion, ContactsReached contacts, int outbox, IEnumerable<DoctorCheck> network) =>
    [
        .. isOnion ? Array.Empty<DoctorCheck>() : [Listening(addresses)],
        Disk(home),
        contacts.Examine(),
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

    private static DoctorCheck Outbox(int outbox)
        => new("outbox", true, outbox == 0 ? "Everything is delivered." : outbox == 1 ? "1 message waits for its receiver and goes on being tried." : $"{outbox} messages wait for their receivers and go on being tried.");
}
