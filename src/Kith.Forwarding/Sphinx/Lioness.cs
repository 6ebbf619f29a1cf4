using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>
/// LIONESS (Anderson and Biham 1996), a block cipher whose block is the whole payload: whoever alters one bit makes noise of all of it, so nobody can mark a payload and know it again.
/// Here of ChaCha20 (RFC 8439) and BLAKE2b-256 (RFC 7693), with a left half of 32 bytes.
/// </summary>
public static class Lioness
{
    /// <summary>Bytes in a key.</summary>
    public const int KeySize = 32;

    /// <summary>The shortest block: something must be right of the left half.</summary>
    public const int MinBlock = LeftSize + 1;

    private const int LeftSize = 32;
    private const int Rounds = 4;
    private const int ScheduleSize = Rounds * LeftSize;

    private static ReadOnlySpan<byte> Label => "kith-lioness-v1\0"u8;

    /// <summary>Encrypts a block in its place.</summary>
    public static void Encrypt(ReadOnlySpan<byte> key, Span<byte> block)
    {
        Span<byte> round = stackalloc byte[ScheduleSize];
        Schedule(key, round);
        var (left, right) = Halves(block);
        Stream(left, round[..LeftSize], right);
        Digest(right, round.Slice(LeftSize, LeftSize), left);
        Stream(left, round.Slice(2 * LeftSize, LeftSize), right);
        Digest(right, round[(3 * LeftSize)..], left);
        CryptographicOperations.ZeroMemory(round);
    }

    /// <summary>Decrypts a block in its place.</summary>
    public static void Decrypt(ReadOnlySpan<byte> key, Span<byte> block)
    {
        Span<byte> round = stackalloc byte[ScheduleSize];
        Schedule(key, round);
        var (left, right) = Halves(block);
        Digest(right, round[(3 * LeftSize)..], left);
        Stream(left, round.Slice(2 * LeftSize, LeftSize), right);
        Digest(right, round.Slice(LeftSize, LeftSize), left);
        Stream(left, round[..LeftSize], right);
        CryptographicOperations.ZeroMemory(round);
    }

    // K1 ‖ K2 = BLAKE2b-512(key, label ‖ 1), K3 ‖ K4 = BLAKE2b-512(key, label ‖ 2).
    private static void Schedule(ReadOnlySpan<byte> key, Span<byte> round)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"a key has {KeySize} bytes, not {key.Length}", nameof(key));
        Span<byte> message = stackalloc byte[Label.Length + 1];
        Label.CopyTo(message);
        message[^1] = 1;
        Blake2b.Hash(key, message, round[..Blake2b.MaxHashSize]);
        message[^1] = 2;
        Blake2b.Hash(key, message, round[Blake2b.MaxHashSize..]);
    }

    // R ^= S(L ^ K)
    private static void Stream(ReadOnlySpan<byte> left, ReadOnlySpan<byte> roundKey, Span<byte> right)
    {
        Span<byte> key = stackalloc byte[LeftSize];
        for (var i = 0; i < LeftSize; i++)
            key[i] = (byte)(left[i] ^ roundKey[i]);
        Span<byte> nonce = stackalloc byte[ChaCha20Stream.NonceSize];
        nonce.Clear();
        ChaCha20Stream.Apply(key, nonce, right);
        CryptographicOperations.ZeroMemory(key);
    }

    // L ^= H_K(R)
    private static void Digest(ReadOnlySpan<byte> right, ReadOnlySpan<byte> roundKey, Span<byte> left)
    {
        Span<byte> digest = stackalloc byte[LeftSize];
        Blake2b.Hash(roundKey, right, digest);
        for (var i = 0; i < LeftSize; i++)
            left[i] ^= digest[i];
    }

    // Spans of a tuple are not allowed: a struct of two.
    private static Pair Halves(Span<byte> block)
    {
        if (block.Length < MinBlock)
            throw new ArgumentException($"a block has at least {MinBlock} bytes, not {block.Length}", nameof(block));
        return new Pair(block[..LeftSize], block[LeftSize..]);
    }

    private readonly ref struct Pair(Span<byte> left, Span<byte> right)
    {
        private readonly Span<byte> _left = left;
        private readonly Span<byte> _right = right;

        public void Deconstruct(out Span<byte> left, out Span<byte> right)
        {
            left = _left;
            right = _right;
        }
    }
}
