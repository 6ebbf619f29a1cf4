using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Transport.Tor;

namespace Kith.Node.Network;

/// <summary>A line as it is meant, with the number that whoever wrote it sees, from 1.</summary>
internal readonly record struct NumberedLine(int Number, string Text);

/// <summary>Ways into Tor's network as somebody gives them, read and checked, each once; null where they stay as they are.</summary>
internal sealed record TorWaysLines(IReadOnlyList<NumberedLine>? Bridges, IReadOnlyList<NumberedLine>? Entries)
{
    /// <summary>Entry points at onion addresses that can be set.</summary>
    public const int MaxEntries = 32;

    /// <summary>Reads them.</summary>
    /// <exception cref="MessengerException">A line is not what it must be, or there are too many.</exception>
    public static TorWaysLines Read(TorWaysChange change) => new(
        change.Bridges is { } bridges ? Read(bridges, TorLimits.MaxBridges, "bridges", ReadBridge) : null,
        change.Entries is { } entries ? Read(entries, MaxEntries, "entry points", ReadEntry) : null);

    private static List<NumberedLine> Read(IReadOnlyList<string?> lines, int most, string what, Func<string, int, string> read)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var taken = new List<NumberedLine>();
        for (var i = 0; i < lines.Count; i++)
        {
            // Empty ones come of how people paste.
            if ((lines[i] ?? "").Trim() is not { Length: > 0 } text)
                continue;
            var line = read(text, i + 1);
            if (!known.Add(line))
                continue;
            if (taken.Count == most)
                throw new MessengerException(MessengerError.Invalid, $"At most {most} {what} can be set.");
            taken.Add(new NumberedLine(i + 1, line));
        }

        return taken;
    }

    private static string ReadBridge(string text, int number) =>
        BridgeLine.TryParse(text, out var line, out var problem) ? line.Text : throw new MessengerException(MessengerError.Invalid, $"Line {number} is no bridge: {problem}.");

    private static string ReadEntry(string text, int number) =>
        NetworkSetup.TryReadOnion(text, out var point, out var problem) ? NetworkSetup.TextOf(point) : throw new MessengerException(MessengerError.Invalid, $"Line {number} is no entry point: {problem}.");
}
