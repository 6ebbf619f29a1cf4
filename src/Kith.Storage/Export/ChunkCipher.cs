using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Storage.Export;

/// <summary>
/// The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, 2015) over XChaCha20-Poly1305: the nonce of a chunk is prefix (19) ‖ number
/// (4, big-endian) ‖ 1 for the last chunk, else 0. So chunks cannot be moved, left out or cut off at the end.
/// </summary>
internal sealed class ChunkCipher(ExportHeader header, SecretBytes key)
{
    /// <summary>Content of each chunk but the last, bytes.</summary>
    public const int ChunkSize = 64 << 10;

    /// <summary>The same, sealed.</summary>
    public const int SealedChunkSize = ChunkSize + XChaCha20Poly1305Aead.TagSize;

    private uint _number;

    /// <summary>Seals the next chunk; returns its length.</summary>
    public int Seal(ReadOnlySpan<byte> chunk, bool last, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[XChaCha20Poly1305Aead.NonceSize];
        NextNonce(last, nonce);
        var size = chunk.Length + XChaCha20Poly1305Aead.TagSize;
        XChaCha20Poly1305Aead.Seal(key.Value, nonce, header.Bytes, chunk, destination[..size]);
        return size;
    }

    /// <summary>Opens the next chunk; false when it is not that.</summary>
    public bool TryOpen(ReadOnlySpan<byte> sealedChunk, bool last, Span<byte> destination, out int size)
    {
        Span<byte> nonce = stackalloc byte[XChaCha20Poly1305Aead.NonceSize];
        NextNonce(last, nonce);
        size = Math.Max(sealedChunk.Length - XChaCha20Poly1305Aead.TagSize, 0);
        return XChaCha20Poly1305Aead.TryOpen(key.Value, nonce, header.Bytes, sealedChunk, destination[..size]);
    }

    private void NextNonce(bool last, Span<byte> nonce)
    {
        header.NoncePrefix.CopyTo(nonce);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[ExportHeader.NoncePrefixSize..], _number);
        nonce[^1] = last ? (byte)1 : (byte)0;
        _number = checked(_number + 1);
    }
}
