using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Home;

namespace Kith.Node.Network;

/// <summary>The ways into Tor's network and, through it, to others, as the home keeps them: bridges, and entry points at onion addresses. Lines alone: which program a bridge's transport is, nobody can set here.</summary>
internal static class TorWays
{
    /// <summary>What is kept.</summary>
    /// <exception cref="NodeStartException">It cannot be read.</exception>
    public static TorWaysState Read(string home) => Of(NetworkFile.Read(home));

    /// <summary>Keeps others; what is null stays.</summary>
    /// <exception cref="MessengerException">They are for no Tor but one of the node's own; nothing has changed.</exception>
    /// <exception cref="NodeStartException">They cannot be kept.</exception>
    public static TorWaysState Keep(string home, TorWaysLines lines)
    {
        var kept = NetworkFile.Read(home);
        // Without its bridges it would go the open way, past whoever set them.
        if (lines.Bridges is { Count: > 0 } && kept.TorControl is not null)
            throw new MessengerException(MessengerError.Conflict, "Bridges are for a Tor of this node's own: set them in the torrc of the one that runs already, or start with --tor-control none.");
        var next = kept;
        if (lines.Bridges is { } bridges)
            next = next with { TorBridges = [.. bridges.Select(static line => line.Text)] };
        if (lines.Entries is { } entries)
            next = next with { Entries = [.. (kept.Entries ?? []).Where(static entry => !NetworkSetup.IsOnion(entry)), .. entries.Select(static line => line.Text)] };
        if (next != kept)
            next.Write(home);
        return Of(next);
    }

    private static TorWaysState Of(NetworkFile kept) => new(kept.TorBridges ?? [], [.. (kept.Entries ?? []).Where(NetworkSetup.IsOnion)], kept.TorControl is null);
}
