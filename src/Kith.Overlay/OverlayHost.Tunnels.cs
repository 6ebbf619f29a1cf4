using Kith.Overlay.Host;
using Kith.Transport.Tunnels;

namespace Kith.Overlay;

/// <content>Datagrams over TCP where UDP is blocked (docs/protocol/tunnel.md).</content>
public sealed partial class OverlayHost
{
    /// <summary>Between two times that the nodes worth a tunnel are named, milliseconds.</summary>
    private const long UsefulPause = 1_000;

    private TunnelClient? _tunnels; // set before anything else happens, and not again
    private long _usefulAt; // guarded by the gate

    /// <summary>Whether UDP counts as blocked, so that tunnels are used.</summary>
    public bool IsUdpBlocked => _tunnels?.IsOn == true;

    private void OpenTunnels()
    {
        if (!_options.Tunnels)
            return;
        _tunnels = TunnelClient.Start(_port, _options.Identity?.SwarmKey, _random, _time);
        // What one reaches in the house says nothing of the world outside; on loopback there is nothing else.
        _tunnels.IsNear = OwnInterfaces.Of(_port.LocalEndPoints).AreLifted;
    }

    /// <summary>The tunnels of this host; null where there are none.</summary>
    internal TunnelClient? Tunnels => _tunnels;

    private void ChangeTunnelsNetwork(OwnNetworks networks)
    {
        if (_tunnels is not { } tunnels)
            return;
        tunnels.IsNear = networks.AreLifted;
        tunnels.NetworkChanged();
    }

    // With the gate held, after each event: cheap where nothing has changed.
    private void FollowTunnels(long now)
    {
        if (_tunnels is not { } tunnels)
            return;
        tunnels.Look();
        _core.SetUdpBlocked(now, tunnels.IsOn);
        if (now - _usefulAt < UsefulPause && now >= _usefulAt)
            return;
        _usefulAt = now;
        tunnels.SetUseful(_core.Useful);
    }
}
