using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Rendezvous;

namespace Kith.Node.Network;

/// <summary>The overlay's host as <see cref="IOverlay"/>.</summary>
internal sealed class HostedOverlay(OverlayHost host) : IOverlay
{
    public OverlayView View => host.View;

    public void Publish(IReadOnlyList<Publication> publications) => host.Publish(publications);

    public void Listen(IReadOnlyList<Sought> sought)
    {
    }

    public void Knock(FindSecret secret)
    {
    }

    public Task<Finding> FindAsync(FindSecret secret, Ed25519PublicKey maker, CancellationToken cancellationToken) => host.FindAsync(secret, maker, cancellationToken);

    public void Suggest(IReadOnlyList<string> addresses) => host.Suggest(addresses);

    public void NetworkChanged() => host.NetworkChanged();

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
