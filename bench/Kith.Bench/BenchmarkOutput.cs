using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>Progress for people on standard error; the summary on standard output, as JSON or as a table.</summary>
internal sealed class BenchmarkOutput(bool json)
{
    public static void Say(string line) => Console.Error.WriteLine(line);

    public void Summarise(JsonObject summary)
    {
        if (json)
        {
            Console.WriteLine(summary.ToJsonString());
            return;
        }

        Console.WriteLine(string.Join("  ", summary.Select(field => $"{field.Key} {field.Value}")));
    }
}
