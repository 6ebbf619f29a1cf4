using System.Diagnostics;

namespace Kith.Fuzz.Tests;

/// <summary>One parser, with honest inputs, which it must accept, to start from. Whatever it is given it must neither throw nor hang nor allocate without bound.</summary>
/// <param name="Name">What is aimed at.</param>
/// <param name="Corpus">Honest inputs.</param>
/// <param name="Parse">Whether an input is accepted.</param>
/// <param name="Longest">Longest input, bytes.</param>
/// <param name="Cost">How dear one input is: the short run has so many times fewer of them.</param>
/// <param name="FullRun">Inputs of the full run: fewer than a million only where one costs milliseconds, and the target says why.</param>
internal sealed record FuzzTarget(
    string Name, IReadOnlyList<byte[]> Corpus, Func<byte[], bool> Parse, int Longest = 70_000, int Cost = 1, int FullRun = FuzzTarget.Million)
{
    private const int Million = 1_000_000;
    private const int ShortRun = 20_000;
    private const long MostBytesAllocated = 16 << 20;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    public void Run(int seed)
    {
        var full = Environment.GetEnvironmentVariable("KITH_TEST_FULL") == "1";
        var mutator = new Mutator(seed, Corpus, Longest);
        foreach (var honest in Corpus)
            Assert.True(RunOne(honest, seed), $"{Name} refuses the honest input {Show(honest)}");
        for (var left = full ? FullRun : ShortRun / Cost; left > 0; left--)
            RunOne(mutator.Next(), seed);
    }

    public override string ToString() => Name;

    private bool RunOne(byte[] input, int seed)
    {
        var accepted = false;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        try
        {
            accepted = Parse(input);
        }
        catch (Exception thrown)
        {
            Assert.Fail($"{Name}, seed {seed}, input {Show(input)}: {thrown}");
        }

        if (GC.GetAllocatedBytesForCurrentThread() - allocated > MostBytesAllocated)
            Assert.Fail($"{Name}, seed {seed}, allocates {GC.GetAllocatedBytesForCurrentThread() - allocated} bytes for {Show(input)}");
        if (Stopwatch.GetElapsedTime(started) > MostTime)
            Assert.Fail($"{Name}, seed {seed}, takes {Stopwatch.GetElapsedTime(started)} for {Show(input)}");
        return accepted;
    }

    private static string Show(byte[] input) => $"({input.Length} bytes) {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 4096)))}";
}
