using Kith.Delivery.Privacy;
using Kith.Wire;

namespace Kith.Delivery;

/// <summary>Which route an item takes: the order of preference, and of it what the privacy setting allows towards a peer.</summary>
/// <param name="levelOf">The level towards a peer at this moment; null: everybody may know where we are.</param>
/// <param name="own">The person's own setting; null for one that allows no more than the level.</param>
public sealed class RoutePolicy(Func<AccountId, PrivacyLevel>? levelOf = null, Func<PrivacyLevel>? own = null)
{
    private static readonly RouteKind[] Preference = [RouteKind.Direct, RouteKind.Relay, RouteKind.Onion, RouteKind.Forward, RouteKind.Drop];

    /// <summary>The route for an item; null when it has to wait: what was asked for is not there or not allowed, and nothing else is taken in its place.</summary>
    /// <param name="peer">For whom it is.</param>
    /// <param name="asked">What the sender asked for.</param>
    /// <param name="available">The routes on which the peer can be reached now.</param>
    public RouteKind? Choose(AccountId peer, RouteKind asked, RouteSet available)
    {
        if (available.IsEmpty)
            return null;
        var usable = Within(peer, available);
        if (asked != RouteKind.Auto)
            return usable.Contains(asked) ? asked : null;
        foreach (var route in Preference)
        {
            if (usable.Contains(route))
                return route;
        }

        return null;
    }

    /// <summary>Those routes that are allowed towards a peer.</summary>
    public RouteSet Within(AccountId peer, RouteSet routes) => levelOf is null ? routes : routes.Within(PrivacyRules.Routes(levelOf(peer), own?.Invoke() ?? PrivacyLevel.Open));
}
