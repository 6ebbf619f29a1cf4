using Kith.Crypto;

namespace Kith.Transport.Connections;

/// <summary>
/// The first MAC of an Initial and the cookies' encryption, for one responder (WireGuard, section 5.4.4 and 5.4.7 of its paper): both keyed by
/// what a caller has to know anyway, the responder's static key or that there is none to know, and the swarm's key inside a swarm. The MAC costs no key
/// agreement to check, so noise is dropped for the price of a hash.
/// </summary>
internal sealed class HandshakeMacs
{
    private readonly byte[] _macKey;
    private readonly byte[] _cookieKey;

    /// <param name="responder">The responder's key; null where the caller does not know it.</param>
    /// <param name="swarm">The swarm's key; null outside one.</param>
    public HandshakeMacs(X25519PublicKey? responder, SecretBytes? swarm)
    {
        _macKey = Derive("kith-udp-mac-v1\0"u8, responder, swarm);
        _cookieKey = Derive("kith-udp-cookie-v1\0"u8, responder, swarm);
    }

    // BLAKE2b, by libsodium: a flood of Initials costs what this does.
    public void WriteFirst(Span<byte> initial) => Blake2b.Hash(_macKey, InitialPacket.FirstCovered(initial), InitialPacket.FirstMac(initial));

    public bool VerifyFirst(Span<byte> initial) => Blake2b.Verify(_macKey, InitialPacket.FirstCovered(initial), InitialPacket.FirstMac(initial));

    /// <summary>Seals a cookie for the sender of an Initial, and for nobody who did not see it: its first MAC is the associated data.</summary>
    public void SealCookie(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> firstMac, ReadOnlySpan<byte> cookie, Span<byte> destination) =>
        XChaCha20Poly1305Aead.Seal(_cookieKey, nonce, firstMac, cookie, destination);

    public bool TryOpenCookie(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> firstMac, ReadOnlySpan<byte> ciphertext, Span<byte> cookie) =>
        XChaCha20Poly1305Aead.TryOpen(_cookieKey, nonce, firstMac, ciphertext, cookie);

    private static byte[] Derive(ReadOnlySpan<byte> label, X25519PublicKey? responder, SecretBytes? swarm)
    {
        Span<byte> data = stackalloc byte[64];
        label.CopyTo(data);
        var size = label.Length;
        if (responder is { } key)
        {
            key.CopyTo(data[size..]);
            size += X25519PublicKey.Size;
        }
        else
        {
            "xx"u8.CopyTo(data[size..]);
            size += 2;
        }

        var result = new byte[Blake2s.MaxHashSize];
        Blake2s.Hash(swarm is null ? default : swarm.Value, data[..size], result);
        return result;
    }
}
