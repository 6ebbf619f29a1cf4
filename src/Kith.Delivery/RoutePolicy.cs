namespace Kith.Delivery;

/// <summary>Which route an item takes. Later routes extend the order of preference, and the privacy setting what is in it.</summary>
public sealed class RoutePolicy
{
    private readonly RouteKind[] _preference = [RouteKind.Direct, RouteKind.Relay, RouteKind.Drop];

    /// <summary>The route for an item; null when it has to wait: what was asked for is not there, and nothing else is taken in its place.</summary>
    /// <param name="asked">What the sender asked for.</param>
    /// <param name="available">The routes on which the peer can be reached now.</param>
    public RouteKind? Choose(RouteKind asked, RouteSet available)
    {
        if (asked != RouteKind.Auto)
            return available.Contains(asked) ? asked : null;
        foreach (var route in _preference)
        {
            if (available.Contains(route))
                return route;
        }

        return null;
    }
}
