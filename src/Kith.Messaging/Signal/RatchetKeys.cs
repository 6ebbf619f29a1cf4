using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>The derivations of the Double Ratchet as Signal instantiates them (specification §5.2; labels and constants from libsignal).</summary>
internal static class RatchetKeys
{
    private const byte MessageKeySeed = 0x01;
    private const byte ChainKeySeed = 0x02;

    private static ReadOnlySpan<byte> RatchetLabel => "WhisperRatchet"u8;

    private static ReadOnlySpan<byte> AgreementLabel => "WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024"u8;

    /// <summary>The seed of the message keys at this place of the chain, and the chain key of the next place.</summary>
    public static void Step(ReadOnlySpan<byte> chainKey, Span<byte> messageSeed, Span<byte> nextChainKey)
    {
        using var hmac = new HmacSha256Key(chainKey);
        hmac.Hash([MessageKeySeed], default, default, messageSeed);
        hmac.Hash([ChainKeySeed], default, default, nextChainKey);
    }

    /// <summary>The seed alone, for a place that was passed over.</summary>
    public static void Seed(ReadOnlySpan<byte> chainKey, Span<byte> messageSeed)
    {
        using var hmac = new HmacSha256Key(chainKey);
        hmac.Hash([MessageKeySeed], default, default, messageSeed);
    }

    /// <summary>The next chain key alone, to pass over a place.</summary>
    public static void Advance(Span<byte> chainKey)
    {
        using var hmac = new HmacSha256Key(chainKey);
        hmac.Hash([ChainKeySeed], default, default, chainKey);
    }

    /// <summary>KDF_RK: root key and chain key after a Diffie–Hellman step. False when the peer's key has small order.</summary>
    public static bool TryCreateChain(ReadOnlySpan<byte> rootKey, X25519PublicKey theirs, X25519PrivateKey ours, out Key32 newRootKey, out Key32 chainKey)
    {
        newRootKey = default;
        chainKey = default;
        Span<byte> shared = stackalloc byte[X25519PrivateKey.SharedSize];
        Span<byte> derived = stackalloc byte[2 * Key32.Size];
        if (!ours.TryAgree(theirs, shared))
            return false;
        Expand(shared, rootKey, RatchetLabel, derived);
        newRootKey = Key32.From(derived[..Key32.Size]);
        chainKey = Key32.From(derived[Key32.Size..]);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(derived);
        return true;
    }

    /// <summary>The first root key and chain key out of all agreements' secrets (PQXDH §3.3).</summary>
    public static void FromAgreement(ReadOnlySpan<byte> secrets, out Key32 rootKey, out Key32 chainKey)
    {
        Span<byte> derived = stackalloc byte[2 * Key32.Size];
        Expand(secrets, default, AgreementLabel, derived);
        rootKey = Key32.From(derived[..Key32.Size]);
        chainKey = Key32.From(derived[Key32.Size..]);
        CryptographicOperations.ZeroMemory(derived);
    }

    /// <summary>HKDF-SHA-256 (RFC 5869) over prepared keys. The output's size is a multiple of 16.</summary>
    public static void Expand(ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, Span<byte> output)
    {
        Span<byte> block = stackalloc byte[HmacSha256.HashSize];
        using (var extract = new HmacSha256Key(salt))
            extract.Hash(inputKey, default, default, block);
        using var expand = new HmacSha256Key(block);
        for (byte counter = 1; !output.IsEmpty; counter++)
        {
            // T(0) is empty, T(n) is what the block holds from the round before.
            expand.Hash(counter == 1 ? default : block, label, [counter], block);
            var length = Math.Min(block.Length, output.Length);
            block[..length].CopyTo(output);
            output = output[length..];
        }

        CryptographicOperations.ZeroMemory(block);
    }
}
