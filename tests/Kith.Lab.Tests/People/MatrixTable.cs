using System.Globalization;
using System.Text;

namespace Kith.Lab.Tests.People;

/// <summary>The matrix as text: for people who read a test's output, and for docs/benchmarks.md.</summary>
internal static class MatrixTable
{
    public static string Draw(IReadOnlyCollection<PairRun> runs)
    {
        var table = new StringBuilder();
        table.AppendLine("| pair | expected | new to talking | contacts, ms | first message, ms | its route | direct after, ms | at the end | |");
        table.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var run in runs)
            table.AppendLine(CultureInfo.InvariantCulture, $"| {run.Name} | {run.Expected} | {run.Newcomers} | {Ms(run.Met)} | {Ms(run.FirstMessage)} | {run.FirstRoute ?? "-"} | {Ms(run.Direct)} | {run.Path ?? "-"} | {run.Failure} |");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"{runs.Count} pairs, {runs.Count(run => run.Failure is null)} delivered everything.");
        Spread(table, "first message", runs.Select(run => run.FirstMessage), TimeSpan.FromSeconds(1));
        for (var newcomers = 0; newcomers <= 2; newcomers++)
            Spread(table, $"the same, {newcomers} new to talking", runs.Where(run => run.Newcomers == newcomers).Select(run => run.FirstMessage), TimeSpan.FromSeconds(1));
        Spread(table, "direct where it must be", runs.Where(run => run.Expected == Expected.Direct).Select(run => run.Direct), TimeSpan.FromSeconds(3));
        Spread(table, "direct by many sockets", runs.Where(run => run.Expected == Expected.ManySockets).Select(run => run.Direct), TimeSpan.FromSeconds(40));
        return table.ToString();
    }

    private static void Spread(StringBuilder table, string what, IEnumerable<TimeSpan?> values, TimeSpan goal)
    {
        var all = values.ToList();
        var sorted = all.OfType<TimeSpan>().Order().ToList();
        if (sorted.Count == 0)
            table.AppendLine(CultureInfo.InvariantCulture, $"{what}: none of {all.Count}");
        else
            table.AppendLine(CultureInfo.InvariantCulture, $"{what}: median {Ms(sorted[sorted.Count / 2])} ms, most {Ms(sorted[^1])} ms; {sorted.Count} of {all.Count}, {sorted.Count(value => value <= goal)} within {goal.TotalSeconds} s");
    }

    private static string Ms(TimeSpan? time) => time is { } value ? value.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) : "-";
}
