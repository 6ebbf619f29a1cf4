using Kith.Overlay;

namespace Kith.Node.Network;

/// <summary>The overlay beside the node loop.</summary>
internal sealed class NodeOverlay
{
    private static readonly OverlayView Nothing = new(null, [], [], 0, 0, [], 0, 0, 0, 0, 0, IsReadOnly: true);

    /// <summary>What the overlay sees now; nothing until it runs.</summary>
    public OverlayView View { get; } = Nothing;
}
