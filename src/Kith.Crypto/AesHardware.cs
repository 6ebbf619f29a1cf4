using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Kith.Crypto;

/// <summary>
/// AES-256-CBC by the processor's own instructions (FIPS 197; Intel's AES-NI white paper, 323641-001, for the key schedule), for short messages each under
/// a fresh key: there the platform's set-up costs ten times the encryption. Constant time, as the instructions are. Blocks only; padding is the caller's.
/// </summary>
internal static class AesHardware
{
    private const int Rounds = 14;

    /// <summary>Whether this processor has them.</summary>
    public static bool IsSupported => Aes.IsSupported;

    /// <summary>Encrypts the whole blocks of <paramref name="plaintext"/> and then <paramref name="lastBlock"/>, the rest of it with its padding.</summary>
    [SkipLocalsInit]
    public static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> lastBlock, Span<byte> destination)
    {
        Span<Vector128<byte>> schedule = stackalloc Vector128<byte>[Rounds + 1];
        Expand(key, schedule);
        var previous = Vector128.Create(iv);
        for (; plaintext.Length >= AesCbc.BlockSize; plaintext = plaintext[AesCbc.BlockSize..], destination = destination[AesCbc.BlockSize..])
        {
            previous = EncryptBlock(Vector128.Create(plaintext) ^ previous, schedule);
            previous.CopyTo(destination);
        }

        EncryptBlock(Vector128.Create(lastBlock) ^ previous, schedule).CopyTo(destination);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(schedule));
    }

    /// <summary>Decrypts whole blocks.</summary>
    [SkipLocalsInit]
    public static void Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        Span<Vector128<byte>> schedule = stackalloc Vector128<byte>[Rounds + 1];
        Expand(key, schedule);
        schedule.Reverse();
        for (var i = 1; i < Rounds; i++)
            schedule[i] = Aes.InverseMixColumns(schedule[i]);

        var previous = Vector128.Create(iv);
        for (; ciphertext.Length >= AesCbc.BlockSize; ciphertext = ciphertext[AesCbc.BlockSize..], destination = destination[AesCbc.BlockSize..])
        {
            var block = Vector128.Create(ciphertext);
            var state = block ^ schedule[0];
            for (var i = 1; i < Rounds; i++)
                state = Aes.Decrypt(state, schedule[i]);
            (Aes.DecryptLast(state, schedule[Rounds]) ^ previous).CopyTo(destination);
            previous = block;
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(schedule));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> EncryptBlock(Vector128<byte> state, ReadOnlySpan<Vector128<byte>> schedule)
    {
        state ^= schedule[0];
        for (var i = 1; i < Rounds; i++)
            state = Aes.Encrypt(state, schedule[i]);
        return Aes.EncryptLast(state, schedule[Rounds]);
    }

    // FIPS 197 §5.2 for eight-word keys; the round constants have to be literals.
    private static void Expand(ReadOnlySpan<byte> key, Span<Vector128<byte>> schedule)
    {
        var even = Vector128.Create(key[..16]);
        var odd = Vector128.Create(key.Slice(16, 16));
        schedule[0] = even;
        schedule[1] = odd;
        even = schedule[2] = NextEven(even, Aes.KeygenAssist(odd, 0x01));
        odd = schedule[3] = NextOdd(odd, even);
        even = schedule[4] = NextEven(even, Aes.KeygenAssist(odd, 0x02));
        odd = schedule[5] = NextOdd(odd, even);
        even = schedule[6] = NextEven(even, Aes.KeygenAssist(odd, 0x04));
        odd = schedule[7] = NextOdd(odd, even);
        even = schedule[8] = NextEven(even, Aes.KeygenAssist(odd, 0x08));
        odd = schedule[9] = NextOdd(odd, even);
        even = schedule[10] = NextEven(even, Aes.KeygenAssist(odd, 0x10));
        odd = schedule[11] = NextOdd(odd, even);
        even = schedule[12] = NextEven(even, Aes.KeygenAssist(odd, 0x20));
        odd = schedule[13] = NextOdd(odd, even);
        schedule[14] = NextEven(even, Aes.KeygenAssist(odd, 0x40));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> NextEven(Vector128<byte> words, Vector128<byte> assist) =>
        Accumulate(words) ^ Sse2.Shuffle(assist.AsInt32(), 0xFF).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> NextOdd(Vector128<byte> words, Vector128<byte> even) =>
        Accumulate(words) ^ Sse2.Shuffle(Aes.KeygenAssist(even, 0).AsInt32(), 0xAA).AsByte();

    // Each word becomes the exclusive or of itself and those before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Accumulate(Vector128<byte> words)
    {
        words ^= Sse2.ShiftLeftLogical128BitLane(words, 4);
        return words ^ Sse2.ShiftLeftLogical128BitLane(words, 8);
    }
}
