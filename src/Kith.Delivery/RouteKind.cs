namespace Kith.Delivery;

/// <summary>How an envelope travels. The names are those of the command line and the API, in lower case.</summary>
public enum RouteKind
{
    /// <summary>The best route that the sender's privacy setting allows.</summary>
    Auto = 0,

    /// <summary>A session between the two devices themselves.</summary>
    Direct = 1,

    /// <summary>A session through a node that agreed to pass its packets on.</summary>
    Relay = 2,

    /// <summary>Through three forwarders, none of whom knows both ends.</summary>
    Forward = 3,

    /// <summary>A session through the Tor network.</summary>
    Onion = 4,

    /// <summary>Left, sealed, with nodes that keep it until the peer fetches it.</summary>
    Drop = 5,
}
