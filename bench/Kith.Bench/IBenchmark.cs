namespace Kith.Bench;

/// <summary>One claim about speed, with what it is compared to in the same run.</summary>
internal interface IBenchmark
{
    /// <summary>What is measured, in one line.</summary>
    string Work { get; }

    /// <summary>Runs it; the last thing it says is its summary.</summary>
    Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments);
}
