using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>
/// HMAC with SHA-256 (RFC 2104) under a key that is prepared once: for ratchets, which key a hash anew for each message and use it a few times.
/// A value of the stack; dispose it to wipe what the key left.
/// </summary>
public unsafe ref struct HmacSha256Key
{
    /// <summary>The largest key: one block. Longer ones would have to be hashed first, which nobody here needs.</summary>
    public const int MaxKeySize = Sha256Stream.BlockSize;

    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5C;

    private fixed byte _inner[Sha256Stream.StateSize];
    private fixed byte _outer[Sha256Stream.StateSize];

    /// <summary>Prepares a key of at most <see cref="MaxKeySize"/> bytes.</summary>
    [SkipLocalsInit]
    public HmacSha256Key(scoped ReadOnlySpan<byte> key)
    {
        Misuse.ThrowUnlessWithin(key.Length, 0, MaxKeySize, nameof(key));
        Span<byte> block = stackalloc byte[Sha256Stream.BlockSize];
        block.Clear();
        key.CopyTo(block);
        for (var i = 0; i < block.Length; i++)
            block[i] ^= InnerPad;
        fixed (byte* inner = _inner, outer = _outer)
        {
            Sha256Stream.Initialise(inner);
            Sha256Stream.Update(inner, block);
            for (var i = 0; i < block.Length; i++)
                block[i] ^= InnerPad ^ OuterPad;
            Sha256Stream.Initialise(outer);
            Sha256Stream.Update(outer, block);
        }

        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>Authenticates <paramref name="first"/> ‖ <paramref name="second"/> ‖ <paramref name="third"/> into 32 bytes, which may overlap them.</summary>
    [SkipLocalsInit]
    public void Hash(
        scoped ReadOnlySpan<byte> first, scoped ReadOnlySpan<byte> second, scoped ReadOnlySpan<byte> third, scoped Span<byte> destination)
    {
        Misuse.ThrowUnlessSize(destination.Length, HmacSha256.HashSize, nameof(destination));
        var state = stackalloc byte[Sha256Stream.StateSize];
        Span<byte> digest = stackalloc byte[HmacSha256.HashSize];
        fixed (byte* inner = _inner, outer = _outer, hash = digest)
        {
            Unsafe.CopyBlockUnaligned(state, inner, Sha256Stream.StateSize);
            Sha256Stream.Update(state, first);
            if (!second.IsEmpty)
                Sha256Stream.Update(state, second);
            if (!third.IsEmpty)
                Sha256Stream.Update(state, third);
            Sha256Stream.Finish(state, hash);
            Unsafe.CopyBlockUnaligned(state, outer, Sha256Stream.StateSize);
            Sha256Stream.Update(state, digest);
            Sha256Stream.Finish(state, hash);
        }

        digest.CopyTo(destination);
        CryptographicOperations.ZeroMemory(new Span<byte>(state, Sha256Stream.StateSize));
        CryptographicOperations.ZeroMemory(digest);
    }

    /// <summary>Wipes the prepared key.</summary>
    public void Dispose()
    {
        fixed (byte* inner = _inner, outer = _outer)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(inner, Sha256Stream.StateSize));
            CryptographicOperations.ZeroMemory(new Span<byte>(outer, Sha256Stream.StateSize));
        }
    }
}
