using System.Diagnostics.CodeAnalysis;
using System.Text;
using Kith.Node.Home;
using Kith.Transport.Tor;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// The ways into Tor's network that an export carries (docs/protocol/vault.md, "Export"), so that a home that was imported never goes past them. Lines and addresses alone: a program, or a file with lines of a torrc, is never taken
/// from somebody else's file, or whoever wrote it could have any program of this machine run.
/// </summary>
/// <param name="ControlPort">Of the Tor that ran already where the export was made; null for one of the node's own.</param>
/// <param name="HasLines">Whether a file with further lines of the torrc was used, which stays behind.</param>
/// <param name="Bridges">Bridge lines.</param>
/// <param name="Entries">Entry points at onion addresses.</param>
internal sealed record CarriedWays(string? ControlPort, bool HasLines, IReadOnlyList<string> Bridges, IReadOnlyList<string> Entries)
{
    /// <summary>Where an imported home looks for the lines that stayed behind: nothing is there until its owner puts them there, and the node does not start without.</summary>
    public const string LinesFile = "torrc-lines";

    private const int MaxControlPort = 4096;
    private const byte UsesControlPort = 1;
    private const byte UsesLines = 2;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is carried of what a home keeps, as bytes that <see cref="TryRead"/> takes.</summary>
    /// <exception cref="NodeStartException">Something of it is not what it must be: somebody wrote it by hand while the node ran. Without it the export would be one without bridges.</exception>
    public static byte[] Write(NetworkFile kept)
    {
        var entries = (kept.Entries ?? []).Where(NetworkSetup.IsOnion).Take(TorWaysLines.MaxEntries);
        var bytes = new CarriedWays(kept.TorControl, kept.TorLinesFile is not null, [.. (kept.TorBridges ?? []).Select(AsMeant)], [.. entries.Select(EntryAsMeant)]).ToArray();
        return TryRead(bytes, out _) ? bytes : throw new NodeStartException("A bridge, or another way into Tor's network, that this home keeps in network.json is not what it must be: set them again.");
    }

    /// <summary>Writes it.</summary>
    public byte[] ToArray()
    {
        using var writer = new WireWriter();
        writer.WriteByte((byte)((ControlPort is null ? 0 : UsesControlPort) | (HasLines ? UsesLines : 0)));
        if (ControlPort is not null)
            writer.WriteLengthPrefixed(Encoding.UTF8.GetBytes(ControlPort));
        Write(writer, Bridges);
        Write(writer, Entries);
        return writer.ToArray();
    }

    /// <summary>Reads it; false when something of it is not what it must be. Whoever wrote it may be anybody.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, [NotNullWhen(true)] out CarriedWays? ways)
    {
        ways = null;
        var reader = new WireReader(source);
        string? controlPort = null;
        if (!reader.TryReadByte(out var flags) || flags > (UsesControlPort | UsesLines)
            || ((flags & UsesControlPort) != 0 && !TryReadText(ref reader, MaxControlPort, out controlPort))
            || !TryReadLines(ref reader, TorLimits.MaxBridges, TorLimits.MaxBridgeLine, IsBridge, out var bridges)
            || !TryReadLines(ref reader, TorWaysLines.MaxEntries, TorLimits.MaxBridgeLine, IsEntry, out var entries)
            || !reader.IsAtEnd || (controlPort is not null && bridges.Count > 0))
            return false;
        ways = new CarriedWays(controlPort, (flags & UsesLines) != 0, bridges, entries);
        return true;
    }

    /// <summary>Keeps it in a new home.</summary>
    /// <param name="folder">Where the home is now.</param>
    /// <param name="home">Where it will be.</param>
    /// <exception cref="NodeStartException">It cannot be written.</exception>
    public void Keep(string folder, string home)
    {
        var kept = new NetworkFile(Entries: NoneIsNull(Entries), TorControl: ControlPort, TorBridges: NoneIsNull(Bridges), TorLinesFile: HasLines ? Path.Combine(home, LinesFile) : null);
        if (kept != new NetworkFile())
            kept.Write(folder);
    }

    /// <summary>The transports of bridges whose programs are not on this machine: Tor is not started without them.</summary>
    public IReadOnlyList<string> MissingTransports() =>
        [.. Bridges.Select(static text => BridgeLine.TryParse(text, out var line, out _) ? line.Transport : null).OfType<string>().Distinct(StringComparer.Ordinal).Where(static transport => TorPrograms.FindTransport(transport) is null)];

    // Flags keep lines as people paste them.
    private static string AsMeant(string bridge) => BridgeLine.TryParse(bridge, out var line, out _) ? line.Text : bridge;

    private static string EntryAsMeant(string entry) => NetworkSetup.TryReadOnion(entry, out var point, out _) ? NetworkSetup.TextOf(point) : entry;

    private static IReadOnlyList<string>? NoneIsNull(IReadOnlyList<string> lines) => lines.Count == 0 ? null : lines;

    private static bool IsBridge(string text) => BridgeLine.TryParse(text, out var line, out _) && line.Text == text;

    private static bool IsEntry(string text) => NetworkSetup.TryReadOnion(text, out var point, out _) && NetworkSetup.TextOf(point) == text;

    private static void Write(WireWriter writer, IReadOnlyList<string> lines)
    {
        writer.WriteVarInt((ulong)lines.Count);
        foreach (var line in lines)
            writer.WriteLengthPrefixed(Encoding.UTF8.GetBytes(line));
    }

    private static bool TryReadLines(ref WireReader reader, int most, int longest, Func<string, bool> isLine, out List<string> lines)
    {
        lines = [];
        if (!reader.TryReadVarInt((ulong)most, out var count))
            return false;
        while ((ulong)lines.Count < count)
        {
            if (!TryReadText(ref reader, longest, out var line) || !isLine(line))
                return false;
            lines.Add(line);
        }

        return true;
    }

    private static bool TryReadText(ref WireReader reader, int longest, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!reader.TryReadLengthPrefixed(longest, out var bytes))
            return false;
        try
        {
            text = Utf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
