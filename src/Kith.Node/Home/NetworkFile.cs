using System.Text.Json;

namespace Kith.Node.Home;

/// <summary>
/// <c>network.json</c>: what the user has said of the network in an earlier run and need not repeat. Holds the names of key files, never keys. When it is missing, nothing was said;
/// a damaged one is an error, or a member of a private swarm could end up on the open network.
/// </summary>
internal sealed record NetworkFile(
    IReadOnlyList<string>? Entries = null,
    bool? Knock = null,
    string? SwarmKeyFile = null,
    IReadOnlyList<string>? DynamicDns = null,
    string? DynamicDnsServer = null,
    string? DynamicDnsKeyFile = null,
    long? Room = null,
    IReadOnlyList<string>? Holders = null,
    string? TorControl = null,
    IReadOnlyList<string>? TorBridges = null,
    string? TorLinesFile = null,
    bool? TorEntry = null,
    string? TorProgram = null,
    IReadOnlyList<string>? TorTransports = null)
{
    private const string Name = "network.json";

    /// <exception cref="NodeStartException">It is there and cannot be read.</exception>
    public static NetworkFile Read(string home)
    {
        var path = Path.Combine(home, Name);
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(path), HomeJson.Default.NetworkFile) is { } read)
                return read;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new NetworkFile();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Said below.
        }

        throw new NodeStartException($"{path} is damaged: remove it and give --entry, --ddns and --swarm-key again.");
    }

    /// <summary>This file with what is given now.</summary>
    public NetworkFile With(NetworkOptions given) => new(
        List(given.Entries, Entries),
        given.Knock ?? Knock,
        Text(given.SwarmKeyFile is { } file && file != NetworkOptions.None ? Path.GetFullPath(file) : given.SwarmKeyFile, SwarmKeyFile),
        List(given.DynamicDns, DynamicDns),
        Text(given.DynamicDnsServer, DynamicDnsServer),
        Text(given.DynamicDnsKeyFile is { } key && key != NetworkOptions.None ? Path.GetFullPath(key) : given.DynamicDnsKeyFile, DynamicDnsKeyFile),
        given.Room ?? Room,
        List(given.Holders, Holders),
        Text(given.TorControl, TorControl),
        List(given.TorBridges, TorBridges),
        Text(given.TorLinesFile is { } lines && lines != NetworkOptions.None ? Path.GetFullPath(lines) : given.TorLinesFile, TorLinesFile),
        given.TorEntry ?? TorEntry,
        Text(given.TorProgram is { } program && program != NetworkOptions.None ? Path.GetFullPath(program) : given.TorProgram, TorProgram),
        List(given.TorTransports, TorTransports));

    /// <exception cref="NodeStartException">The home cannot be written: the next run would forget the swarm.</exception>
    public void Write(string home)
    {
        try
        {
            PrivateFile.Write(Path.Combine(home, Name), JsonSerializer.SerializeToUtf8Bytes(this, HomeJson.Default.NetworkFile), isSynced: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"The home {home} cannot be written: {e.Message}", e);
        }
    }

    public bool Equals(NetworkFile? other) => other is not null
        && Same(Entries, other.Entries) && Knock == other.Knock && SwarmKeyFile == other.SwarmKeyFile
        && Same(DynamicDns, other.DynamicDns) && DynamicDnsServer == other.DynamicDnsServer && DynamicDnsKeyFile == other.DynamicDnsKeyFile
        && Room == other.Room && Same(Holders, other.Holders)
        && TorControl == other.TorControl && Same(TorBridges, other.TorBridges) && TorLinesFile == other.TorLinesFile && TorEntry == other.TorEntry
        && TorProgram == other.TorProgram && Same(TorTransports, other.TorTransports);

    public override int GetHashCode() => HashCode.Combine(Entries?.Count, Knock, SwarmKeyFile, DynamicDns?.Count, DynamicDnsServer, DynamicDnsKeyFile, Room, Holders?.Count);

    private static bool Same(IReadOnlyList<string>? one, IReadOnlyList<string>? other) => (one ?? []).SequenceEqual(other ?? [], StringComparer.Ordinal);

    private static IReadOnlyList<string>? List(IReadOnlyList<string> given, IReadOnlyList<string>? kept) => given switch
    {
        [] => kept,
        [NetworkOptions.None] => null,
        _ => given,
    };

    private static string? Text(string? given, string? kept) => given == NetworkOptions.None ? null : given ?? kept;
}
