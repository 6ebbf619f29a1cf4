using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Kith.Crypto;

namespace Kith.Simulation.Network;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere; eight bytes of state, so that a million nodes can each have one. Never for keys that matter.</summary>
public sealed class SimulatedRandom(ulong seed) : IRandom
{
    private ulong _state = seed;

    /// <summary>A seed that depends on another and on which of its children this is.</summary>
    public static ulong Derive(ulong seed, ulong child) => Mix(seed ^ Mix(child + 0x632BE59BD9B4E019));

    /// <summary>Scatters a number over all 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Any 64-bit number.</summary>
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number in [0, <paramref name="exclusiveMaximum"/>); the bias of at most 2^-32 does not matter here.</summary>
    public int NextBelow(int exclusiveMaximum) => (int)(((Next() >> 32) * (ulong)exclusiveMaximum) >> 32);

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Whether something of this probability happens.</summary>
    public bool Happens(double probability) => probability > 0 && NextDouble() < probability;

    /// <summary>An exponentially distributed number.</summary>
    public double NextExponential(double mean) => -Math.Log(1 - NextDouble()) * mean;

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        for (; destination.Length >= sizeof(ulong); destination = destination[sizeof(ulong)..])
            BinaryPrimitives.WriteUInt64LittleEndian(destination, Next());
        if (destination.IsEmpty)
            return;
        var last = Next();
        foreach (ref var b in destination)
        {
            b = (byte)last;
            last = BitOperations.RotateRight(last, 8);
        }
    }
}
