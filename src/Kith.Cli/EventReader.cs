using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Kith.Cli;

/// <summary>Reads the node's events (text/event-stream, HTML standard section 9.2) as they come.</summary>
internal static class EventReader
{
    public static async IAsyncEnumerable<(string Type, JsonNode Data)> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string type = "message", data = "";
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                type = line[6..].Trim();
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                data += line[5..].TrimStart();
            }
            else if (line.Length == 0 && data.Length > 0)
            {
                yield return (type, JsonNode.Parse(data)!);
                (type, data) = ("message", "");
            }
        }
    }
}
