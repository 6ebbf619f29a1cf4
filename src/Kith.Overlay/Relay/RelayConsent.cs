namespace Kith.Overlay.Relay;

/// <summary>What a person has agreed to about relays (docs/protocol/relay.md, "Consent"). Nothing is on before they say so.</summary>
[Flags]
public enum RelayConsent
{
    /// <summary>Nothing: no circuit is opened, taken or carried, and those that are there end.</summary>
    Off = 0,

    /// <summary>Own sessions may go through a relay where they do not go directly.</summary>
    Use = 1,

    /// <summary>This node carries circuits of others, within its limits.</summary>
    Serve = 2,

    /// <summary>Both.</summary>
    Both = Use | Serve,
}
