using System.Diagnostics;

namespace Kith.Lab.Tests.People;

/// <summary>What other processes do is waited for by asking them.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until it is so; how long it took, or null when it was not so in time.</summary>
    public static async Task<TimeSpan?> AskAsync(Func<Task<bool>> condition, TimeSpan atMost)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > atMost)
                return null;
            await Task.Delay(Between);
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
