using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;

namespace Kith.Overlay.Rendezvous;

/// <summary>
/// A content signed by its maker, padded to a fixed size and sealed: nonce (24) ‖ XChaCha20-Poly1305 of signature (64) ‖ content ‖ tag (16). The signature is inside:
/// who opens it learns who made it, nobody else does.
/// </summary>
internal static class SealedContent
{
    /// <summary>Bytes around the content.</summary>
    public const int Overhead = XChaCha20Poly1305Aead.NonceSize + Ed25519PublicKey.SignatureSize + XChaCha20Poly1305Aead.TagSize;

    /// <summary>Seals into the whole of <paramref name="destination"/>; the content has what <see cref="Overhead"/> leaves of it.</summary>
    /// <param name="key">The sealing key.</param>
    /// <param name="context">What it is bound to: signed, and authenticated by the seal.</param>
    /// <param name="label">Says what is signed.</param>
    /// <param name="signer">The maker.</param>
    /// <param name="content">What to say.</param>
    /// <param name="madeAt">Unix milliseconds.</param>
    /// <param name="random">For the nonce.</param>
    /// <param name="destination">Of the fixed size.</param>
    public static void Seal(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> context, string label, Ed25519PrivateKey signer, Contactable content, long madeAt, IRandom random,
        Span<byte> destination)
    {
        var nonce = destination[..XChaCha20Poly1305Aead.NonceSize];
        random.Fill(nonce);
        var body = destination[XChaCha20Poly1305Aead.NonceSize..];
        var plaintext = body[..^XChaCha20Poly1305Aead.TagSize];
        ContactableFormat.Write(content, madeAt, plaintext[Ed25519PublicKey.SignatureSize..]);
        var signed = Signed(context, nonce, plaintext[Ed25519PublicKey.SignatureSize..]);
        signer.Sign(label, signed, plaintext[..Ed25519PublicKey.SignatureSize]);
        XChaCha20Poly1305Aead.Seal(key, nonce, context, plaintext, body);
    }

    /// <summary>Opens what <see cref="Seal"/> sealed; false when the size, the seal, the form or the signature is not what it must be.</summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> context, string label, Ed25519PublicKey maker, ReadOnlySpan<byte> bytes, int size,
        [NotNullWhen(true)] out Contactable? content, out long madeAt)
    {
        content = null;
        madeAt = 0;
        if (bytes.Length != size)
            return false;
        var nonce = bytes[..XChaCha20Poly1305Aead.NonceSize];
        var rented = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var plaintext = rented.AsSpan(0, size - XChaCha20Poly1305Aead.NonceSize - XChaCha20Poly1305Aead.TagSize);
            if (!XChaCha20Poly1305Aead.TryOpen(key, nonce, context, bytes[XChaCha20Poly1305Aead.NonceSize..], plaintext))
                return false;
            var inner = plaintext[Ed25519PublicKey.SignatureSize..];
            return maker.Verify(label, Signed(context, nonce, inner), plaintext[..Ed25519PublicKey.SignatureSize])
                && ContactableFormat.TryRead(inner, out content, out madeAt);
        }
        finally
        {
            rented.AsSpan(0, size).Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static byte[] Signed(ReadOnlySpan<byte> context, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> content) => [.. context, .. nonce, .. content];
}
