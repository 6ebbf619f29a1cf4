namespace Kith.Transport.Tor;

/// <summary>Where programs are: in the folders of PATH, and where systems keep those that are not for everybody's PATH.</summary>
public static class TorPrograms
{
    private static readonly string[] MoreFolders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin", "/usr/libexec"];

    // Debian's packages, and what the Tor project ships.
    private static readonly Dictionary<string, string[]> TransportPrograms = new(StringComparer.Ordinal)
    {
        ["obfs4"] = ["obfs4proxy", "lyrebird"],
        ["meek_lite"] = ["obfs4proxy", "lyrebird"],
        ["webtunnel"] = ["lyrebird", "webtunnel-client"],
        ["snowflake"] = ["snowflake-client", "lyrebird"],
    };

    /// <summary>The tor program; null when it is not there.</summary>
    /// <param name="configured">Where it is said to be; null looks for it.</param>
    public static string? FindTor(string? configured) => configured is null ? Find("tor") : File.Exists(configured) ? configured : null;

    /// <summary>The program of a pluggable transport; null when there is none.</summary>
    public static string? FindTransport(string transport) => TransportPrograms.GetValueOrDefault(transport, []).Select(Find).FirstOrDefault(found => found is not null);

    /// <summary>Which program would have to be installed for a transport, for people.</summary>
    public static string NameOf(string transport) => TransportPrograms.TryGetValue(transport, out var programs) ? programs[0] : $"a program for {transport}";

    private static string? Find(string program)
    {
        var name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(OperatingSystem.IsWindows() ? [] : MoreFolders)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
