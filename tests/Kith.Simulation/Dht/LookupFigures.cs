using System.Globalization;
using Kith.Overlay.Dht;

namespace Kith.Simulation.Dht;

/// <summary>What a number of gets came to.</summary>
internal sealed class LookupFigures
{
    private readonly List<int> _hops = [];
    private readonly List<int> _queries = [];
    private readonly List<long> _times = [];

    public int Asked { get; private set; }

    public int Found { get; private set; }

    public double Share => (double)Found / Asked;

    public int MostHops => _hops.DefaultIfEmpty().Max();

    public double MeanHops => _hops.DefaultIfEmpty().Average();

    public double MeanQueries => _queries.DefaultIfEmpty().Average();

    /// <summary>Milliseconds until the value was there first.</summary>
    public long MedianTime => _times.Count == 0 ? 0 : _times.Order().ElementAt(_times.Count / 2);

    public void Add(bool found, GetProgress end, long? foundAfter)
    {
        Asked++;
        if (found)
            Found++;
        _hops.Add(end.Hops);
        _queries.Add(end.Queries);
        if (foundAfter is { } time)
            _times.Add(time);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Found} of {Asked} found ({100 * Share:F2} %), hops mean {MeanHops:F2} most {MostHops}, queries mean {MeanQueries:F1}, found after {MedianTime} ms (median)");
}
