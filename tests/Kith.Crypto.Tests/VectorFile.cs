using System.Collections.Concurrent;
using System.Text.Json;

namespace Kith.Crypto.Tests;

/// <summary>A file of public vectors beside the tests; each names its source.</summary>
internal static class VectorFile
{
    private static readonly ConcurrentDictionary<string, JsonElement[]> Files = new(StringComparer.Ordinal);

    public static JsonElement[] Read(string name) => Files.GetOrAdd(name, Load);

    public static bool IsValid(this JsonElement vector) => vector.Text("result") == "valid";

    private static JsonElement[] Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", name)));
        return document.RootElement.GetProperty("vectors").EnumerateArray().Select(v => v.Clone()).ToArray();
    }

    public static byte[] Bytes(this JsonElement vector, string name) => Hex.Bytes(vector.GetProperty(name).GetString()!);

    public static byte[]? OptionalBytes(this JsonElement vector, string name) =>
        vector.TryGetProperty(name, out var value) ? Hex.Bytes(value.GetString()!) : null;

    public static string Text(this JsonElement vector, string name) => vector.GetProperty(name).GetString()!;
}
