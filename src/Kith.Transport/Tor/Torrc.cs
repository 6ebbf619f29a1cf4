using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Kith.Transport.Tor;

/// <summary>The configuration of a tor of ours (the manual's words).</summary>
internal static class Torrc
{
    /// <summary>The file that Tor writes its control port into.</summary>
    public const string ControlPortFile = "control-port";

    /// <summary>Makes it; false says in one sentence what cannot be.</summary>
    public static bool TryBuild(TorOptions options, int owner, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? problem)
    {
        text = null;
        var torrc = new StringBuilder();
        var folder = options.DataDirectory;
        torrc.AppendLine(CultureInfo.InvariantCulture, $"DataDirectory {Quote(folder)}");
        // On loopback alone, at ports that Tor finds free. Onion services and nothing else: no name is resolved, and no exit is used, whatever somebody asks this port for.
        torrc.AppendLine("SocksPort 127.0.0.1:auto OnionTrafficOnly ExtendedErrors KeepAliveIsolateSOCKSAuth");
        torrc.AppendLine("ControlPort 127.0.0.1:auto");
        torrc.AppendLine(CultureInfo.InvariantCulture, $"ControlPortWriteToFile {Quote(Path.Combine(folder, ControlPortFile))}");
        torrc.AppendLine("CookieAuthentication 1");
        torrc.AppendLine(CultureInfo.InvariantCulture, $"CookieAuthFile {Quote(Path.Combine(folder, "control-cookie"))}");
        torrc.AppendLine(CultureInfo.InvariantCulture, $"__OwningControllerProcess {owner}");
        torrc.AppendLine("ClientOnly 1");
        torrc.AppendLine("DormantCanceledByStartup 1");
        torrc.AppendLine("AvoidDiskWrites 1");
        torrc.AppendLine("Log warn stdout");
        if (!TryAddBridges(options, torrc, out problem))
            return false;
        foreach (var line in options.Lines)
            torrc.AppendLine(line);
        text = torrc.ToString();
        return true;
    }

    private static bool TryAddBridges(TorOptions options, StringBuilder torrc, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (options.Bridges.Count == 0)
            return true;
        if (options.Bridges.Count > TorLimits.MaxBridges)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"no more than {TorLimits.MaxBridges} bridges can be set");
            return false;
        }

        torrc.AppendLine("UseBridges 1");
        var transports = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var text in options.Bridges)
        {
            if (!BridgeLine.TryParse(text, out var bridge, out problem))
                return false;
            torrc.AppendLine(CultureInfo.InvariantCulture, $"Bridge {bridge.Text}");
            if (bridge.Transport is not null)
                transports.Add(bridge.Transport);
        }

        foreach (var transport in transports)
        {
            if (!TryFindTransport(options, transport, out var program, out problem))
                return false;
            torrc.AppendLine(CultureInfo.InvariantCulture, $"ClientTransportPlugin {transport} exec {program}");
        }

        problem = null;
        return true;
    }

    private static bool TryFindTransport(TorOptions options, string transport, [NotNullWhen(true)] out string? program, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        program = options.Transports.GetValueOrDefault(transport) ?? TorPrograms.FindTransport(transport);
        if (program is null || !File.Exists(program))
            problem = $"a bridge needs {TorPrograms.NameOf(transport)}, which is not installed: install it, or say where it is with kith up --tor-transport";
        // Tor splits this line at blanks and knows no quotes in it.
        else if (program.Any(c => c is <= ' ' or > '~'))
            problem = $"the path of the program for {transport} has a blank in it, which Tor cannot read";
        return problem is null;
    }

    private static string Quote(string path) => '"' + path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
}
