namespace Kith.Node;

/// <summary>Which node to run and how.</summary>
public sealed record NodeOptions
{
    /// <summary>The home's folder; created when it is not there.</summary>
    public required string Home { get; init; }

    /// <summary>The person's name; null keeps the one there is.</summary>
    public string? Name { get; init; }

    /// <summary>The vault's passphrase; for a new home the one that it shall have. Null for none.</summary>
    public string? Passphrase { get; init; }

    /// <summary>What is agreed to about relays, <c>off</c>, <c>use</c>, <c>serve</c> or <c>both</c>; kept. Null keeps what the home has: off when it is new.</summary>
    public string? Relay { get; init; }

    /// <summary>Who may learn where this node is, <c>open</c>, <c>veiled</c> or <c>onion</c>; kept. Null keeps what the home has: open when it is new.</summary>
    public string? Privacy { get; init; }

    /// <summary>Where other nodes reach this one, HOST:PORT with an IP address as host. Empty: every interface, on a port that the home remembers.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>How it takes part in the overlay.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>Where the API is, on loopback. Port 0: the one that the home remembers, or a free one.</summary>
    public string Api { get; init; } = "127.0.0.1:0";

    /// <summary>The page's files; null: the folder <c>page</c> beside the program.</summary>
    public string? PageFolder { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where failures that are defects are written, a line each: never content, keys or names. Null: nowhere.</summary>
    public TextWriter? Log { get; init; }

    /// <summary>Never the passphrase.</summary>
    public override string ToString() => $"NodeOptions {{ Home = {Home} }}";
}
