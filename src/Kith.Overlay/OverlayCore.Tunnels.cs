using Kith.Wire;

namespace Kith.Overlay;

/// <content>Where UDP is blocked.</content>
internal sealed partial class OverlayCore
{
    /// <summary>Entry points that are remembered as worth a tunnel; of more the oldest is forgotten.</summary>
    private const int MaxUsefulEntries = 16;

    private readonly List<Endpoint> _entryPoints = [];

    /// <summary>Whether UDP is blocked here, so that datagrams go by tunnels.</summary>
    public bool IsUdpBlocked { get; private set; }

    /// <summary>The nodes that are worth a tunnel before all others: relays in use, introducers, ways in, and who could introduce us.</summary>
    public IEnumerable<Endpoint> Useful => Relay.Relays.Concat(Reach.IntroducerEndpoints).Concat(_entryPoints).Concat(Walker.Neighbours(_now));

    /// <summary>Datagrams go by tunnels from now on, or by UDP again: everybody is asked anew, as after any change of network.</summary>
    public void SetUdpBlocked(long now, bool isBlocked)
    {
        if (IsUdpBlocked == isBlocked)
            return;
        Enter(now);
        IsUdpBlocked = isBlocked;
        Walker.NetworkChanged(now, _networks);
        Relay.ChangeNetworks(now, _networks);
        Reach.NetworkChanged(now);
        Entry.PeersLost(now);
        Nat.Judge(now);
        Exchange();
    }

    private void RememberEntry(Endpoint node)
    {
        _entryPoints.Remove(node);
        if (_entryPoints.Count == MaxUsefulEntries)
            _entryPoints.RemoveAt(0);
        _entryPoints.Add(node);
    }
}
