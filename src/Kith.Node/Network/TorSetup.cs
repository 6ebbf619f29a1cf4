using Kith.Transport.Tor;

namespace Kith.Node.Network;

/// <summary>What the user has said of Tor, checked.</summary>
/// <param name="Program">Where the program is; null looks for it.</param>
/// <param name="ControlPort">The control port of a tor that runs already; null starts one.</param>
/// <param name="Bridges">Bridge lines.</param>
/// <param name="Transports">Programs of pluggable transports by the transport's name.</param>
/// <param name="Lines">Further lines of the torrc: a private network's authorities.</param>
internal sealed record TorSetup(string? Program, string? ControlPort, IReadOnlyList<string> Bridges, IReadOnlyDictionary<string, string> Transports, IReadOnlyList<string> Lines)
{
    private const int MaxFile = 64 * 1024;

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="NodeStartException">Something of it is not what it must be.</exception>
    public static TorSetup Open(string? program, string? controlPort, IReadOnlyList<string>? bridges, IReadOnlyList<string>? transports, string? linesFile)
    {
        if (bridges is { Count: > TorLimits.MaxBridges })
            throw new NodeStartException($"At most {TorLimits.MaxBridges} bridges can be given.");
        foreach (var line in bridges ?? [])
        {
            if (!BridgeLine.TryParse(line, out _, out var problem))
                throw new NodeStartException($"{NetworkProblems.Sentence(problem)} https://bridges.torproject.org shows lines such as obfs4 192.0.2.1:443 FINGERPRINT cert=… iat-mode=0.");
        }

        // Without its bridges it would go the open way, past whoever set them.
        if (controlPort is not null && bridges is { Count: > 0 })
            throw new NodeStartException("Bridges are for a Tor of this node's own: set them in the torrc of the one that runs already, or give --tor-control none to go by these, or --tor-bridge none to forget them.");
        if (program is not null && !File.Exists(program))
            throw new NodeStartException($"There is no Tor at {program}.");
        var programs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in transports ?? [])
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !Path.IsPathRooted(text[(at + 1)..]))
                throw new NodeStartException($"{text} is not the program of a transport: give its name and a whole path, such as obfs4=/usr/bin/obfs4proxy.");
            programs[text[..at]] = text[(at + 1)..];
        }

        return new TorSetup(program, controlPort, bridges ?? [], programs, linesFile is null ? [] : Read(linesFile));
    }

    private static string[] Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length <= MaxFile)
                return [.. File.ReadAllLines(path).Where(line => line.Trim() is { Length: > 0 } text && text[0] != '#')];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"The torrc lines in {path} cannot be read.", e);
        }

        throw new NodeStartException($"{path} is too long for lines of a torrc.");
    }
}
