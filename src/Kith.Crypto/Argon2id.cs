using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>Argon2id version 1.3 (RFC 9106) with one lane: keys out of passphrases.</summary>
public static unsafe class Argon2id
{
    /// <summary>Bytes in a salt.</summary>
    public const int SaltSize = 16;

    /// <summary>Shortest output, in bytes.</summary>
    public const int MinOutputSize = 16;

    /// <summary>Longest output, in bytes.</summary>
    public const int MaxOutputSize = 1024;

    private const int Algorithm = 2; // crypto_pwhash_ALG_ARGON2ID13

    /// <summary>Fills <paramref name="output"/> with the key of a passphrase and a 16-byte random salt. Slow on purpose.</summary>
    /// <exception cref="ArgumentException">A size or a parameter is out of its limits.</exception>
    /// <exception cref="KeyDerivationException">The machine does not have the memory that the parameters ask for.</exception>
    public static void DeriveKey(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, Argon2idParameters parameters, Span<byte> output)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Misuse.ThrowUnlessSize(salt.Length, SaltSize, nameof(salt));
        Misuse.ThrowUnlessWithin(output.Length, MinOutputSize, MaxOutputSize, nameof(output));
        if (!parameters.IsValid)
            throw new ArgumentException("the Argon2id parameters are out of their limits", nameof(parameters));
        int result;
        fixed (byte* o = output, p = passphrase, s = salt)
        {
            result = Sodium.Argon2id(o, (ulong)output.Length, p, (ulong)passphrase.Length, s,
                (ulong)parameters.Operations, (nuint)parameters.MemoryBytes, Algorithm);
        }
        if (result != 0)
            throw new KeyDerivationException(
                $"deriving a key from the passphrase takes {parameters.MemoryBytes >> 20} MiB of memory, which this machine does not give");
    }
}
