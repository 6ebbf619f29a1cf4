using System.Globalization;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>The same stream with <c>hyperdht</c> (UDX) from npm, between two Node processes (hyperdht/driver.mjs).</summary>
internal static class UdxTransfer
{
    /// <summary>Bytes a second.</summary>
    public static async Task<double> MeasureAsync(long bytes)
    {
        var driver = new NodeDriver("HyperdhtFolder", "hyperdht");
        return JsonNode.Parse(await driver.RunAsync(bytes.ToString(CultureInfo.InvariantCulture)))!["perSecond"]!.GetValue<double>();
    }
}
