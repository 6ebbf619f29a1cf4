using Kith.Crypto;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>One direction of what is passed on: padded frames under one key, numbered from 0, bound to the handshake (docs/protocol/mailbox.md, "Passing on").</summary>
internal sealed class PassCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> handshakeHash) : IDisposable
{
    private readonly ChaCha20Poly1305Key _key = new(key);
    private readonly byte[] _hash = handshakeHash.ToArray();
    private ulong _number;

    /// <summary>Pads and seals the next frame, behind some bytes that go before it; to a length of <paramref name="least"/> at least, which is one of those that there are.</summary>
    public byte[] Seal(ReadOnlySpan<byte> before, ReadOnlySpan<byte> frame, int least = PassPadding.Shortest)
    {
        var size = Math.Max(least, PassPadding.SizeFor(frame.Length));
        var destination = new byte[before.Length + size + ChaCha20Poly1305Aead.TagSize];
        before.CopyTo(destination);
        var body = destination.AsSpan(before.Length);
        frame.CopyTo(body);
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Aead.NonceSize];
        ChaCha20Poly1305Key.WriteNonce(_number++, nonce);
        _key.Seal(nonce, _hash, body[..size], body);
        return destination;
    }

    /// <summary>Opens the next frame; false when it is not authentic, or not padded as it must be.</summary>
    public bool TryOpen(ReadOnlySpan<byte> sealedFrame, out Frame frame)
    {
        frame = default;
        if (sealedFrame.Length < PassPadding.Shortest + ChaCha20Poly1305Aead.TagSize || sealedFrame.Length > PassPadding.Longest + ChaCha20Poly1305Aead.TagSize)
            return false;
        var padded = new byte[sealedFrame.Length - ChaCha20Poly1305Aead.TagSize];
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Aead.NonceSize];
        ChaCha20Poly1305Key.WriteNonce(_number, nonce);
        if (!_key.TryOpen(nonce, _hash, sealedFrame, padded))
            return false;
        _number++;
        return PassPadding.TryTake(padded, out frame);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key.Dispose();
}
