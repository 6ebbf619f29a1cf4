using Kith.Mailbox.Directory;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <content>The directory's world, and where we are.</content>
public sealed partial class MailboxHost
{
    private readonly TaskKeeper _searches = new();
    private OwnNetworks _networks = OwnNetworks.Unknown;
    private IReadOnlyList<Endpoint> _own = [];
    private long _room;
    private bool _isReachable;

    /// <inheritdoc/>
    public void Offer(long bytes)
    {
        Run(now =>
        {
            _room = bytes;
            Announce(now);
        });
        _server?.Offer(bytes);
    }

    // With the gate held.
    private void Place(long now, OverlayView view)
    {
        // Whoever nobody can reach from outside keeps nothing: those who look for it there would not find it.
        _isReachable = view.Reachable == true || _networks.IsLoopbackOnly;
        var local = _networks.Addresses.Select(address => address.WithPort((ushort)_parts.Port));
        _own = [.. (view.Wan is { } wan ? local.Prepend(wan) : local).Distinct()];
        Announce(now);
    }

    private void Announce(long now) => _directory.Offer(now, _room > 0 && _isReachable, _own);

    private async Task LookAsync(NodeId key)
    {
        if (_parts.Overlay is not { } overlay)
            return;
        try
        {
            var found = await overlay.FindPeersAsync(key, some => Run(now => _directory.Found(now, key, some, isFinished: false)), _stopping.Token).ConfigureAwait(false);
            Run(now => _directory.Found(now, key, found, isFinished: true));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task AnnounceAsync(NodeId key)
    {
        if (_parts.Overlay is not { } overlay)
            return;
        try
        {
            var stored = await overlay.AnnounceAsync(key, _stopping.Token).ConfigureAwait(false);
            Run(now => _directory.Announced(now, stored));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private sealed class World(MailboxHost host) : IDirectoryWorld
    {
        public OwnNetworks Networks => host._networks;

        public void Look(NodeId key) => host._outside.Enqueue(() => host._searches.Add(host.LookAsync(key)));

        public void Announce(NodeId key) => host._outside.Enqueue(() => host._searches.Add(host.AnnounceAsync(key)));

        public void Greet(Endpoint holder) => host.Greet(holder);
    }
}
