using System.Numerics;

namespace Kith.Messaging.Envelopes;

/// <summary>The sizes that envelopes have on the wire: powers of two from 512 bytes to 128 KiB. The class is all that an observer learns.</summary>
public static class EnvelopeSize
{
    /// <summary>The smallest class.</summary>
    public const int Min = 512;

    /// <summary>The greatest class.</summary>
    public const int Max = 128 * 1024;

    /// <summary>Whether an envelope can have this size.</summary>
    public static bool IsClass(int size) => size is >= Min and <= Max && BitOperations.IsPow2(size);

    /// <summary>The smallest class that holds so many bytes; false when none does.</summary>
    public static bool TryFit(int size, out int sizeClass)
    {
        sizeClass = size is >= 0 and <= Max ? Math.Max(Min, (int)BitOperations.RoundUpToPowerOf2((uint)size)) : 0;
        return sizeClass != 0;
    }
}
