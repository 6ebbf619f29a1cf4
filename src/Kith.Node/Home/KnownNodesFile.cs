using System.Text.Json;

namespace Kith.Node.Home;

/// <summary>
/// <c>nodes.json</c>: nodes of the overlay that answered in the last run, the best first: the first ways in of the next. A convenience; made anew when it is missing or damaged.
/// </summary>
internal static class KnownNodesFile
{
    private const string Name = "nodes.json";
    private const int MaxNodes = 64;

    public static IReadOnlyList<string> Read(string home)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(home, Name)), HomeJson.Default.StringArray)?.Where(node => node is not null).Take(MaxNodes).ToArray() ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    public static void TryWrite(string home, IReadOnlyList<string> nodes)
    {
        try
        {
            PrivateFile.Write(Path.Combine(home, Name), JsonSerializer.SerializeToUtf8Bytes([.. nodes.Take(MaxNodes)], HomeJson.Default.StringArray));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start takes a little longer.
        }
    }
}
