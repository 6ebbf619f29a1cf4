namespace Kith.Transport.Tor;

/// <summary>How Tor is run.</summary>
public sealed record TorOptions
{
    /// <summary>The folder of a tor of ours: its keys, guards and consensus. Made when it is not there, for us alone.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the program is; null looks for it.</summary>
    public string? Executable { get; init; }

    /// <summary>The control port of a tor that runs already, <c>127.0.0.1:9051</c> or the path of a socket file; null starts one of ours.</summary>
    public string? ControlPort { get; init; }

    /// <summary>Bridge lines, as bridges.torproject.org gives them; empty for none. Checked by <see cref="BridgeLine"/>. Not for a tor that runs already: it has its own.</summary>
    public IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>Programs of pluggable transports by the transport's name; those that are not named here are looked for.</summary>
    public IReadOnlyDictionary<string, string> Transports { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Further lines of the torrc: a private network's authorities. They come last, and nobody checks them.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}
