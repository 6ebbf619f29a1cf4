using System.Security.Cryptography;

namespace Kith.Crypto.Noise;

/// <summary>A hash function of Noise (§4.3, §12.5, §12.7) with the HMAC and HKDF made from it. Both that Kith has give 32 bytes from blocks of 64.</summary>
internal abstract class NoiseHash
{
    /// <summary>HASHLEN.</summary>
    public const int Size = 32;

    /// <summary>BLOCKLEN.</summary>
    public const int BlockSize = 64;

    public static NoiseHash? Find(string name) => name switch
    {
        "SHA256" => Sha256Hash.Instance,
        "BLAKE2s" => Blake2sHash.Instance,
        _ => null,
    };

    /// <summary>HASH(first ‖ second).</summary>
    public abstract void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination);

    /// <summary>HMAC-HASH(key, data), key being at most a block.</summary>
    public virtual void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        // RFC 2104 §2
        Span<byte> pad = stackalloc byte[BlockSize];
        Span<byte> inner = stackalloc byte[Size];
        pad.Fill(0x36);
        Xor(pad, key);
        Hash(pad, data, inner);
        pad.Fill(0x5c);
        Xor(pad, key);
        Hash(pad, inner, destination);
        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(inner);
    }

    /// <summary>HKDF(chaining_key, input_key_material, n) of §4.3: fills 2 or 3 outputs of <see cref="Size"/> bytes, one after the other.</summary>
    public void Hkdf(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> inputKey, Span<byte> outputs)
    {
        Span<byte> temp = stackalloc byte[Size];
        Span<byte> step = stackalloc byte[Size + 1];
        Hmac(chainingKey, inputKey, temp);
        for (var i = 0; i * Size < outputs.Length; i++)
        {
            step[i == 0 ? 0 : Size] = (byte)(i + 1);
            var output = outputs.Slice(i * Size, Size);
            Hmac(temp, i == 0 ? step[..1] : step, output);
            output.CopyTo(step);
        }
        CryptographicOperations.ZeroMemory(temp);
        CryptographicOperations.ZeroMemory(step);
    }

    private static void Xor(Span<byte> pad, ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < key.Length; i++)
            pad[i] ^= key[i];
    }

    private sealed class Sha256Hash : NoiseHash
    {
        public static readonly Sha256Hash Instance = new();

        public override void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(first);
            hash.AppendData(second);
            _ = hash.GetHashAndReset(destination);
        }

        public override void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination) =>
            HmacSha256.Hash(key, data, destination);
    }

    private sealed class Blake2sHash : NoiseHash
    {
        public static readonly Blake2sHash Instance = new();

        public override void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination) =>
            Blake2s.Hash([], first, second, destination);
    }
}
