namespace Kith.Scenarios.Tests;

/// <summary>Port numbers for nodes that move: below those that systems give to outgoing connections, and each once in this process.</summary>
internal static class FreePorts
{
    private const int First = 17_000;
    private const int Last = 31_000;
    private static int _next = Random.Shared.Next(First, Last);

    public static int Next() => Interlocked.Add(ref _next, 7) is var port && port < Last ? port : Interlocked.Exchange(ref _next, First) % (Last - First) + First;
}
