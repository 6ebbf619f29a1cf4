using System.Diagnostics;

namespace Kith.Bench;

/// <summary>Durations of single operations, in milliseconds.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public double Mean => _values.Average();

    public double Total => _values.Sum();

    public double Median => Percentile(0.5);

    public double Most => _values.Max();

    public double P99 => Percentile(0.99);

    public void Add(long startedAt) => _values.Add(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);

    public void AddDuration(TimeSpan duration) => _values.Add(duration.TotalMilliseconds);

    public static double Round(double value) => Math.Round(value, 4);

    private double Percentile(double share)
    {
        var sorted = _values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(share * sorted.Length))];
    }
}
