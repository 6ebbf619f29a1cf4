using System.Numerics;
using System.Runtime.InteropServices;

namespace Kith.Crypto;

/// <summary>Numbers and arrays out of any <see cref="IRandom"/>.</summary>
public static class RandomExtensions
{
    /// <summary><paramref name="count"/> fresh bytes.</summary>
    public static byte[] NextBytes(this IRandom random, int count)
    {
        var bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }

    /// <summary>Any 32-bit number, each equally likely.</summary>
    public static uint NextUInt32(this IRandom random)
    {
        uint value = 0;
        random.Fill(MemoryMarshal.AsBytes(new Span<uint>(ref value)));
        return value;
    }

    /// <summary>Any 64-bit number, each equally likely.</summary>
    public static ulong NextUInt64(this IRandom random)
    {
        ulong value = 0;
        random.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }

    /// <summary>A number in [0, <paramref name="exclusiveMaximum"/>), each equally likely (numbers that would favour some are drawn again).</summary>
    public static int NextInt32(this IRandom random, int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMaximum);
        var mask = BitOperations.RoundUpToPowerOf2((uint)exclusiveMaximum) - 1;
        while (true)
        {
            var candidate = random.NextUInt32() & mask;
            if (candidate < (uint)exclusiveMaximum)
                return (int)candidate;
        }
    }

    /// <summary>A number in [<paramref name="minimum"/>, <paramref name="exclusiveMaximum"/>), each equally likely.</summary>
    public static long NextInt64(this IRandom random, long minimum, long exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(minimum, exclusiveMaximum);
        var range = (ulong)(exclusiveMaximum - minimum);
        var mask = range > 1UL << 63 ? ulong.MaxValue : BitOperations.RoundUpToPowerOf2(range) - 1;
        while (true)
        {
            var candidate = random.NextUInt64() & mask;
            if (candidate < range)
                return minimum + (long)candidate;
        }
    }
}
