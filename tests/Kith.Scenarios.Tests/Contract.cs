using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>What every command with --json keeps to.</summary>
internal static class Contract
{
    public static async Task<JsonElement> LineAsync(KithHome home, params string[] arguments)
    {
        var result = await home.RunAsync(["--json", .. arguments]);
        Assert.True(result.Status == 0, $"{string.Join(' ', arguments)}: {result.Status} {result.Error}");
        return result.Json;
    }

    public static void HasFields(JsonElement line, params string[] fields) =>
        Assert.All(fields, field => Assert.True(line.TryGetProperty(field, out _), $"no {field} in {line}"));
}
