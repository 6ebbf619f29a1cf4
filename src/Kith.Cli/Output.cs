using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kith.Cli;

/// <summary>What a command prints: with --json one object a line on standard output and all else on standard error; without it, text for people.</summary>
internal sealed class Output(bool json)
{
    // Not HTML: letters of every language stand as they are.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool Json { get; } = json;

    /// <summary>A result: the object with --json, the text without.</summary>
    public void Result(JsonObject result, Func<string> forPeople)
    {
        Console.Out.WriteLine(Json ? result.ToJsonString(Readable) : Printable(forPeople()));
        Console.Out.Flush();
    }

    /// <summary>Something beside the result, for people alone.</summary>
    public void Note(string text)
    {
        if (Json)
            Console.Error.WriteLine(Printable(text));
        else
            Console.Out.WriteLine(Printable(text));
    }

    /// <summary>What others wrote, without the control characters by which it could command the terminal; line breaks and tabs stay.</summary>
    public static string Printable(string text) => text.Any(IsCommand)
        ? string.Concat(text.Select(character => IsCommand(character) ? '\uFFFD' : character))
        : text;

    /// <summary>A new object with some fields of another, in this order; a missing one is null.</summary>
    public static JsonObject Pick(JsonNode source, params ReadOnlySpan<string> fields)
    {
        var picked = new JsonObject();
        foreach (var field in fields)
            picked[field] = source[field]?.DeepClone();
        return picked;
    }

    /// <summary>A table with columns as wide as they need.</summary>
    public static string Table(IReadOnlyList<string[]> rows)
    {
        if (rows.Count == 0)
            return "";
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return string.Join('\n', rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }

    private static bool IsCommand(char character) => char.IsControl(character) && character is not ('\n' or '\t');

    /// <summary>A moment in the local time zone.</summary>
    public static string Time(JsonNode? milliseconds) => milliseconds is null
        ? ""
        : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.GetValue<long>()).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss");
}
