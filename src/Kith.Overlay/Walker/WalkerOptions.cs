namespace Kith.Overlay.Walker;

/// <summary>What a walker needs to know.</summary>
/// <param name="Networks">The networks that this node is on.</param>
public sealed record WalkerOptions(OwnNetworks Networks)
{
    /// <summary>Who is told; null for nobody.</summary>
    public IWalkerObserver? Observer { get; init; }
}
