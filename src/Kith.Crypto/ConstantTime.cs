using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>Comparisons whose time does not depend on the bytes compared.</summary>
public static class ConstantTime
{
    /// <summary>Whether both hold the same bytes; lengths are not secret.</summary>
    public static bool Equals(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => CryptographicOperations.FixedTimeEquals(left, right);

    /// <summary>Whether all bytes are zero.</summary>
    public static bool IsZero(ReadOnlySpan<byte> value)
    {
        byte any = 0;
        foreach (var b in value)
            any |= b;
        return any == 0;
    }
}
