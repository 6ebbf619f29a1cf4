namespace Kith.Delivery.Privacy;

/// <summary>What each level allows (docs/protocol/privacy.md). Nothing is ever taken in the place of what is forbidden: it waits.</summary>
public static class PrivacyRules
{
    private static readonly RouteSet OpenRoutes = Set(RouteKind.Direct, RouteKind.Relay, RouteKind.Forward, RouteKind.Onion, RouteKind.Drop);
    private static readonly RouteSet VeiledRoutes = Set(RouteKind.Forward, RouteKind.Onion, RouteKind.Drop);
    private static readonly RouteSet OnionRoutes = Set(RouteKind.Forward, RouteKind.Onion, RouteKind.Drop);
    private static readonly RouteSet OnionExceptionRoutes = Set(RouteKind.Onion);

    /// <summary>The level towards a contact. Under <see cref="PrivacyLevel.Onion"/> there is no exception: a packet past Tor would give the address away to everybody on its way.</summary>
    /// <param name="own">The person's own setting.</param>
    /// <param name="exception">What was set for this contact; null for nothing.</param>
    public static PrivacyLevel Towards(PrivacyLevel own, PrivacyLevel? exception) => own == PrivacyLevel.Onion ? own : exception ?? own;

    /// <summary>The routes that a level towards a contact allows under a setting. Forwarders and holders are reached over Tor under the setting alone: for an exception packets would go to them as all others do.</summary>
    /// <param name="level">The level.</param>
    /// <param name="own">The person's own setting.</param>
    public static RouteSet Routes(PrivacyLevel level, PrivacyLevel own) => level switch
    {
        PrivacyLevel.Open => OpenRoutes,
        PrivacyLevel.Veiled => VeiledRoutes,
        _ => own == PrivacyLevel.Onion ? OnionRoutes : OnionExceptionRoutes,
    };

    /// <summary>Whether a message may go by a route at a level under a setting; <see cref="RouteKind.Auto"/> always may.</summary>
    public static bool Allows(PrivacyLevel level, PrivacyLevel own, RouteKind route) => route == RouteKind.Auto || Routes(level, own).Contains(route);

    /// <summary>Whether an address may be told to somebody, or called, at a level, by its text form (docs/protocol/privacy.md, "Addresses").</summary>
    public static bool AllowsAddress(PrivacyLevel level, string address) => level switch
    {
        PrivacyLevel.Open => true,
        _ => IsOnion(address) || IsMeeting(address),
    };

    /// <summary>Whether a session of a carrier may be used with a contact.</summary>
    public static bool AllowsCarrier(PrivacyLevel level, string carrier) => level == PrivacyLevel.Open || carrier == OnionCarrier;

    /// <summary>Why a route is forbidden at a level, one sentence.</summary>
    public static string WhyNot(PrivacyLevel level, RouteKind route) => (level, route) switch
    {
        (PrivacyLevel.Veiled, _) => $"Your privacy towards them is veiled: the route {Name(route)} would show them your address, so nothing goes by it.",
        (_, RouteKind.Drop or RouteKind.Forward) => $"Your privacy towards them is onion and else it is not: the route {Name(route)} does not go through Tor, so nothing goes by it.",
        _ => $"Your privacy towards them is onion: the route {Name(route)} would show your address, so nothing goes by it.",
    };

    private const string OnionCarrier = "onion";
    private const string OnionPrefix = "onion/";
    private const string MeetingPrefix = "meet/";

    private static bool IsOnion(string address) => address.StartsWith(OnionPrefix, StringComparison.Ordinal);

    private static bool IsMeeting(string address) => address.StartsWith(MeetingPrefix, StringComparison.Ordinal);

    private static string Name(RouteKind route) => route.ToString().ToLowerInvariant();

    private static RouteSet Set(params ReadOnlySpan<RouteKind> routes)
    {
        var set = default(RouteSet);
        foreach (var route in routes)
            set = set.With(route);
        return set;
    }
}
