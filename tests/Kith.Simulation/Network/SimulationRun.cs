using System.Globalization;
using System.Runtime.CompilerServices;

namespace Kith.Simulation.Network;

/// <summary>A simulation did not do what it must; says the seed and how to run it again.</summary>
public sealed class SimulationFailedException(string message, Exception cause) : Exception(message, cause);

/// <summary>Runs a simulation under a seed, and says the seed when it fails.</summary>
public static class SimulationRun
{
    /// <summary>Holds the seed when one is asked for.</summary>
    public const string SeedVariable = "KITH_SEED";

    /// <summary>Set to 1 for the long forms.</summary>
    public const string FullVariable = "KITH_TEST_FULL";

    /// <summary>Whether the long forms are asked for.</summary>
    public static bool IsFull => Environment.GetEnvironmentVariable(FullVariable) == "1";

    /// <summary>Runs it: under <see cref="SeedVariable"/>'s seed, else under one that is always the same for this test, else, in the long form, under a new one.</summary>
    public static void Under(Action<ulong> simulation, [CallerMemberName] string name = "")
    {
        var seed = Seed(name);
        try
        {
            simulation(seed);
        }
        catch (Exception cause)
        {
            var full = IsFull ? FullVariable + "=1 " : "";
            throw new SimulationFailedException(
                string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {cause.Message}\nagain: {full}{SeedVariable}={seed} dotnet run --project tests/Kith.Simulation -- -method '*.{name}'"), cause);
        }
    }

    private static ulong Seed(string name)
    {
        if (ulong.TryParse(Environment.GetEnvironmentVariable(SeedVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
            return asked;
        if (IsFull)
            return (ulong)System.Random.Shared.NextInt64();
        var seed = 14695981039346656037UL;
        foreach (var letter in name)
            seed = (seed ^ letter) * 1099511628211;
        return seed >> 32;
    }
}
