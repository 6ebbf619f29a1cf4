using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Kith.Forwarding.Directory;
using Kith.Mailbox;
using Kith.Node.Home;
using Kith.Overlay.Entry.DynamicDns;
using Kith.Overlay.Swarm;
using Kith.Transport;
using Kith.Transport.Tor;

namespace Kith.Node.Network;

/// <summary>How this run takes part in the overlay: what was given now over what the home keeps, read and checked.</summary>
internal sealed class NetworkSetup : IDisposable
{
    private const int MaxKeyFile = 1024;
    private const string OnionPrefix = NodeAddress.OnionKind + "/";

    private NetworkFile? _toKeep;

    private NetworkSetup(NetworkFile kept, NetworkOptions given, IReadOnlyList<DynamicDnsOptions> dynamicDns, SwarmKey? swarm)
    {
        Entries = [.. (kept.Entries ?? []).Where(static entry => !IsOnion(entry))];
        OnionEntries = [.. (kept.Entries ?? []).Where(IsOnion).Select(ReadOnion)];
        TorEntry = kept.TorEntry ?? false;
        Knock = kept.Knock;
        Room = kept.Room ?? MailboxLimits.DefaultRoom;
        Holders = kept.Holders ?? [];
        Tor = TorSetup.Open(kept.TorProgram, kept.TorControl, kept.TorBridges, kept.TorTransports, kept.TorLinesFile);
        LocalNetwork = given.LocalNetwork;
        Mainline = given.Mainline && swarm is null;
        PortMapping = given.PortMapping;
        DynamicDns = dynamicDns;
        Swarm = swarm;
    }

    /// <summary>What the user named.</summary>
    public IReadOnlyList<string> Entries { get; }

    /// <summary>What the user named of onion addresses, which somebody under <c>onion</c> begins with.</summary>
    public IReadOnlyList<OnionPoint> OnionEntries { get; }

    /// <summary>Whether people who use Tor alone may come in through this node.</summary>
    public bool TorEntry { get; }

    /// <summary>Room offered to others, bytes; 0 for none.</summary>
    public long Room { get; }

    /// <summary>Holders of one's own, HOST:PORT each.</summary>
    public IReadOnlyList<string> Holders { get; }

    /// <summary>How Tor is run, when it is.</summary>
    public TorSetup Tor { get; }

    public bool LocalNetwork { get; }

    public bool Mainline { get; }

    public bool PortMapping { get; }

    public bool? Knock { get; }

    public IReadOnlyList<DynamicDnsOptions> DynamicDns { get; }

    /// <summary>The private swarm's key; null on the open network.</summary>
    public SwarmKey? Swarm { get; }

    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="NodeStartException">Something of it is not what it must be.</exception>
    public static NetworkSetup Open(string home, NetworkOptions given)
    {
        var before = NetworkFile.Read(home);
        var kept = before.With(given);
        foreach (var entry in kept.Entries ?? [])
        {
            if (IsOnion(entry))
                _ = ReadOnion(entry);
            else
                Check(entry, "an entry point", "203.0.113.5:21000 or node.example.org:21000");
        }

        foreach (var holder in kept.Holders ?? [])
            Check(holder, "a holder", "203.0.113.5:21000 or home.example.org:21000");
        if (kept.DynamicDnsServer is { } server)
            Check(server, "a DNS server", "203.0.113.53:53");
        var key = kept.DynamicDnsKeyFile is { } file ? TsigKeyFile.Read(file) : null;
        var names = (kept.DynamicDns ?? []).Select(name => Name(name) with { Server = kept.DynamicDnsServer, Key = key }).ToList();
        return new NetworkSetup(kept, given, names, kept.SwarmKeyFile is { } swarm ? ReadSwarmKey(swarm, isKept: given.SwarmKeyFile is null) : null) { _toKeep = kept == before ? null : kept };
    }

    /// <summary>Keeps what was given for the next run; the home is there and ours.</summary>
    /// <exception cref="NodeStartException">It cannot be written.</exception>
    public void Keep(string home) => _toKeep?.Write(home);

    /// <summary>Keeps the room offered for the next run.</summary>
    /// <exception cref="NodeStartException">It cannot be written.</exception>
    public static void KeepRoom(string home, long room) => (NetworkFile.Read(home) with { Room = room }).Write(home);

    /// <summary>Keeps for the next run whether people who use Tor alone may come in.</summary>
    /// <exception cref="NodeStartException">It cannot be written.</exception>
    public static void KeepTorEntry(string home, bool offered) => (NetworkFile.Read(home) with { TorEntry = offered }).Write(home);

    /// <summary>What is wrong with an entry point at an onion address, one sentence; null when nothing is.</summary>
    public static string? OnionProblem(string text) => TryReadOnion(text, out _, out var problem) ? null : $"{text} is not an entry point: {problem}.";

    /// <summary>Reads an entry point at an onion address as people write it; false says what is wrong without repeating it, as it may be of any length.</summary>
    public static bool TryReadOnion(string text, out OnionPoint point, [NotNullWhen(false)] out string? problem)
    {
        point = default;
        if (!IsOnion(text))
        {
            problem = "it has to be at an onion address, as in onion/NAME:7300";
            return false;
        }

        var rest = text.AsSpan(OnionPrefix.Length);
        var colon = rest.LastIndexOf(':');
        ushort port = 0;
        OnionAddress service = default;
        if (colon < 0 || !ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port == 0)
            problem = "a port is missing after the onion address, as in onion/NAME:7300";
        else if (OnionAddress.TryParse(rest[..colon], out service, out problem))
            point = new OnionPoint(service.Key, port);
        return problem is null;
    }

    /// <summary>The one text of an entry point at an onion address.</summary>
    public static string TextOf(OnionPoint point) => NodeAddress.Onion(OnionAddress.Of(point.Key), point.Port).ToString();

    /// <summary>Whether an entry point is meant to be at an onion address.</summary>
    public static bool IsOnion(string entry) => entry.StartsWith(OnionPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Dispose() => Swarm?.Dispose();

    private static OnionPoint ReadOnion(string text) => TryReadOnion(text, out var point, out _) ? point : throw new NodeStartException(OnionProblem(text)!);

    private static void Check(string address, string what, string example)
    {
        if (!NodeAddress.TryParse(address, out var parsed) || parsed!.Kind != NodeAddress.TcpKind || address.Contains('/', StringComparison.Ordinal))
            throw new NodeStartException($"{address} is not {what}: give a host and a port, such as {example}.");
    }

    private static DynamicDnsOptions Name(string text)
    {
        var colon = text.LastIndexOf(':');
        ushort? port = null;
        var name = text;
        if (colon >= 0)
        {
            port = ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw Bad(text);
            name = text[..colon];
        }

        name = name.TrimEnd('.');
        // The port does not matter here: it is the name that is checked, by the rules of all names.
        if (!NodeAddress.TryParse($"{name}:1", out var parsed) || parsed!.ToIPEndPoint() is not null)
            throw Bad(text);
        return new DynamicDnsOptions(parsed.Host) { Port = port };
    }

    private static NodeStartException Bad(string name) => new($"{name} is not a DNS name: give one such as entry.example.org, with :PORT where it has plain address records.");

    private static SwarmKey ReadSwarmKey(string path, bool isKept)
    {
        try
        {
            if (new FileInfo(path).Length <= MaxKeyFile && SwarmKey.TryParse(File.ReadAllText(path).Trim(), out var key))
                return key!;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException(
                isKept
                    ? $"The swarm key {path} cannot be read: this node belongs to a private swarm and does not go on the open network without being told to, with --swarm-key none."
                    : $"The swarm key {path} cannot be read: `kith swarm-key FILE` makes one.",
                e);
        }

        throw new NodeStartException($"{path} holds no swarm key: `kith swarm-key FILE` makes one.");
    }
}
