namespace Kith.Lab.Tests.People;

/// <summary>Does something with many pairs, several at once, and nobody is in two of them at the same time: what is measured is one conversation.</summary>
internal static class SideBySide
{
    /// <summary>One for each of the two cores that there are at least.</summary>
    private const int Together = 2;

    public static async Task RunAsync(IEnumerable<PairRun> runs, Func<PairRun, Task> work)
    {
        var waiting = new LinkedList<PairRun>(runs);
        var (busy, running) = (new HashSet<LabPerson>(), new Dictionary<Task, PairRun>());
        while (waiting.Count > 0 || running.Count > 0)
        {
            if (running.Count < Together && waiting.FirstOrDefault(run => !run.People.Any(busy.Contains)) is { } next)
            {
                waiting.Remove(next);
                busy.UnionWith(next.People);
                running.Add(work(next), next);
                continue;
            }

            var ended = await Task.WhenAny(running.Keys);
            running.Remove(ended, out var run);
            busy.ExceptWith(run!.People);
            await ended;
        }
    }
}
