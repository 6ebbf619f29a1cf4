using Kith.Crypto;

namespace Kith.Node.Network;

/// <summary>
/// Which ports to try where the user leaves it open: the one of last time, so that links stay good, then random ones below those that systems give to outgoing
/// connections (RFC 6335 section 6; Linux begins at 32768). On one of those, another program's connection could sit when the node comes back; even a contact's
/// own call to it while it is away can, by calling itself.
/// </summary>
internal static class ListenPorts
{
    public const int Lowest = 16_384;
    public const int Highest = 32_767;
    private const int Tries = 20;

    /// <summary>At last 0: whatever the system gives.</summary>
    public static IEnumerable<int> ToTry(int remembered, IRandom random)
    {
        if (remembered != 0)
            yield return remembered;
        for (var i = 0; i < Tries; i++)
            yield return Lowest + random.NextInt32(Highest - Lowest + 1);
        yield return 0;
    }
}
