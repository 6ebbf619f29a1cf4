using Kith.Forwarding.Directory;
using Kith.Forwarding.Forwarder;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <content>Whether and where we forward, and how others are found.</content>
public sealed partial class ForwardingHost
{
    private OwnNetworks _networks;
    private OverlayView? _view;
    private ForwarderDescriptor? _own;
    private OnionPoint? _onion;
    private bool _offers;
    private bool _isReady;

    /// <inheritdoc/>
    public void OverlayChanged()
    {
        if (_parts.Overlay is not { } overlay)
            return;
        var view = overlay.View;
        var networks = _parts.Networks();
        Run((host, now) =>
        {
            (host._networks, host._view) = (networks, view);
            var isReady = view.Nodes > 0;
            if (isReady && !host._isReady)
                host._node.Finder.Ready(now);
            host._isReady = isReady;
            foreach (var peer in view.Peers.Where(static one => one.Connectable == true && one.Speaks == "kith"))
                host._node.Finder.Neighbour(now, peer.Address);
            host.Place(now);
        });
    }

    /// <inheritdoc/>
    public void NetworkChanged()
    {
        _sessions.EndAll();
        EndLinks();
        Run((host, _) => host._isReady = false);
        OverlayChanged();
    }

    // With the gate held. Whoever nobody can reach from outside forwards nothing: those who draw it would lose their packets.
    private void Place(long now)
    {
        var isReachable = _view?.Reachable == true || _networks.IsLoopbackOnly;
        if (_isOnionOnly || !_offers || !isReachable || Endpoints() is not { Count: > 0 } endpoints)
        {
            if (_own is null)
                return;
            _own = null;
            _node.SetForwards(false);
            _node.Finder.SetOwn(now, null);
            return;
        }

        var isSame = _own is not null && _own.Onion == _onion && _own.Endpoints.SequenceEqual(endpoints) && _own.Keys.SequenceEqual(_keys.Public);
        if (isSame && Math.Abs(_node.Book.Wall(now) - _own!.MadeAt) < DirectoryLimits.RenewAfter)
            return;
        if (_own is null)
            _node.SetForwards(true);
        _own = ForwarderDescriptor.Sign(_parts.Key, _node.Book.Wall(now), _keys.Public, endpoints, _onion, _parts.Random);
        _node.Finder.SetOwn(now, _own);
    }

    // One of each family: as others see us, else as we see ourselves, where that means something to others.
    private List<Endpoint> Endpoints()
    {
        var local = _networks.Addresses
            .Where(one => _networks.IsLoopbackOnly ? one.IsIPv4 : AddressScope.KindOf(one) is AddressKind.Global or AddressKind.Documentation)
            .Select(address => address.WithPort((ushort)_parts.Port));
        var all = (_view?.Wan is { } wan ? local.Prepend(wan) : local).ToList();
        return [.. all.Where(static one => one.IsIPv4).Take(1), .. all.Where(static one => !one.IsIPv4).Take(1)];
    }

    private async Task LookAsync(NodeId key)
    {
        try
        {
            var found = await _parts.Overlay!.FindPeersAsync(key, null, _stopping.Token).ConfigureAwait(false);
            Run((host, now) => host._node.Finder.Found(now, found));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task AnnounceAsync(NodeId key)
    {
        try
        {
            var stored = await _parts.Overlay!.AnnounceAsync(key, _stopping.Token).ConfigureAwait(false);
            Run((host, now) => host._node.Finder.Announced(now, stored));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}
