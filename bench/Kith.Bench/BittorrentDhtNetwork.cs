using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>The same network and the same work with <c>bittorrent-dht</c> from npm, all of it in one Node process (bittorrent-dht/driver.mjs).</summary>
internal static class BittorrentDhtNetwork
{
    private static string Folder => Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => string.Equals(attribute.Key, "BittorrentDhtFolder", StringComparison.Ordinal)).Value!;

    /// <summary>Measures; times in milliseconds.</summary>
    public static async Task<JsonObject> MeasureAsync(int nodes, int samples, int goneSamples)
    {
        if (!File.Exists(Path.Combine(Folder, "node_modules", "bittorrent-dht", "package.json")))
            _ = await RunAsync("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
        var numbers = new[] { nodes, samples, goneSamples }.Select(number => number.ToString(CultureInfo.InvariantCulture));
        return JsonNode.Parse(await RunAsync("node", ["driver.mjs", .. numbers]))!.AsObject();
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} failed in {Folder}: {output}");
    }
}
