using System.Globalization;
using Kith.Overlay.Dht;

namespace Kith.Simulation.Dht;

/// <summary>The shape of many routing tables.</summary>
internal sealed class TableFigures
{
    public TableFigures(IEnumerable<RoutingTable> tables)
    {
        var all = tables.Select(table => (table.Depth, table.Count)).ToArray();
        MostDepth = all.Max(table => table.Depth);
        MeanDepth = all.Average(table => table.Depth);
        MeanCount = all.Average(table => table.Count);
        LeastCount = all.Min(table => table.Count);
    }

    public int MostDepth { get; }

    public double MeanDepth { get; }

    public double MeanCount { get; }

    public int LeastCount { get; }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"buckets mean {MeanDepth:F1} most {MostDepth}, nodes known mean {MeanCount:F1} least {LeastCount}");
}
