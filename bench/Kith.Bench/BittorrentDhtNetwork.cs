using System.Globalization;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>The same network and the same work with <c>bittorrent-dht</c> from npm, all of it in one Node process (bittorrent-dht/driver.mjs).</summary>
internal static class BittorrentDhtNetwork
{
    /// <summary>Measures; times in milliseconds.</summary>
    public static async Task<JsonObject> MeasureAsync(int nodes, int samples, int goneSamples)
    {
        var driver = new NodeDriver("BittorrentDhtFolder", "bittorrent-dht");
        var numbers = new[] { nodes, samples, goneSamples }.Select(number => number.ToString(CultureInfo.InvariantCulture));
        return JsonNode.Parse(await driver.RunAsync([.. numbers]))!.AsObject();
    }
}
