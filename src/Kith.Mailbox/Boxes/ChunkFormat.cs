using System.Buffers.Binary;
using System.Numerics;
using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>
/// Chunks (docs/protocol/mailbox.md, "Chunks"): nonce (24) ‖ XChaCha20-Poly1305(chunk key, nonce, ad = address, number (8) ‖ items ‖ zeroes). Exactly 1 to 16 KiB, a power of two.
/// </summary>
public static class ChunkFormat
{
    /// <summary>Bytes of a chunk that are not items.</summary>
    public const int Overhead = XChaCha20Poly1305Aead.NonceSize + XChaCha20Poly1305Aead.TagSize + sizeof(long);

    /// <summary>Bytes of items in the largest chunk.</summary>
    public const int MaxItems = MailboxLimits.MaxChunk - Overhead;

    /// <summary>Whether chunks have this size.</summary>
    public static bool IsSize(long size) => size is >= MailboxLimits.MinChunk and <= MailboxLimits.MaxChunk && BitOperations.IsPow2(size);

    /// <summary>The size of the chunk that takes so many bytes of items.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No chunk does.</exception>
    public static int SizeFor(int items)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, MaxItems);
        return Math.Max(MailboxLimits.MinChunk, (int)BitOperations.RoundUpToPowerOf2((uint)(items + Overhead)));
    }

    /// <summary>Seals written items into the smallest chunk that takes them.</summary>
    public static byte[] Seal(BoxKeys keys, long number, ReadOnlySpan<byte> items, IRandom random)
    {
        var chunk = new byte[SizeFor(items.Length)];
        var nonce = chunk.AsSpan(0, XChaCha20Poly1305Aead.NonceSize);
        random.Fill(nonce);
        var plaintext = chunk.AsSpan(XChaCha20Poly1305Aead.NonceSize, chunk.Length - XChaCha20Poly1305Aead.NonceSize - XChaCha20Poly1305Aead.TagSize);
        BinaryPrimitives.WriteInt64BigEndian(plaintext, number);
        items.CopyTo(plaintext[sizeof(long)..]);
        Span<byte> address = stackalloc byte[BoxAddress.Size];
        keys.Address.CopyTo(address);
        XChaCha20Poly1305Aead.Seal(keys.ChunkKey, nonce, address, plaintext, chunk.AsSpan(XChaCha20Poly1305Aead.NonceSize));
        return chunk;
    }

    /// <summary>Opens a chunk of this box; false when its size is none, or it is not sealed with the box's key for this box.</summary>
    /// <param name="keys">The box's.</param>
    /// <param name="chunk">Sealed.</param>
    /// <param name="number">The writer's, which orders what was fetched together.</param>
    /// <param name="items">Items and zeroes, to be read by <see cref="ChunkItems.TryRead"/>.</param>
    public static bool TryOpen(BoxKeys keys, ReadOnlySpan<byte> chunk, out long number, out byte[] items)
    {
        number = 0;
        items = [];
        if (!IsSize(chunk.Length))
            return false;
        Span<byte> address = stackalloc byte[BoxAddress.Size];
        keys.Address.CopyTo(address);
        var plaintext = new byte[chunk.Length - XChaCha20Poly1305Aead.NonceSize - XChaCha20Poly1305Aead.TagSize];
        if (!XChaCha20Poly1305Aead.TryOpen(keys.ChunkKey, chunk[..XChaCha20Poly1305Aead.NonceSize], address, chunk[XChaCha20Poly1305Aead.NonceSize..], plaintext))
            return false;
        number = BinaryPrimitives.ReadInt64BigEndian(plaintext);
        items = plaintext[sizeof(long)..];
        return true;
    }
}
