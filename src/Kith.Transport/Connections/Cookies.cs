using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>
/// Proof that a caller receives at the address it sends from, asked for under load (RFC 9000 section 8.1.2, in WireGuard's form): a MAC of the address
/// under a secret that changes every <see cref="SecretLifetime"/>. Nothing is kept for a caller.
/// </summary>
internal sealed class Cookies(IRandom random)
{
    public const int Size = 16;

    private const int SecretSize = 32;

    /// <summary>A cookie is taken for this long, and up to as long again.</summary>
    public static readonly TimeSpan SecretLifetime = TimeSpan.FromMinutes(2);

    private readonly byte[] _secret = random.NextBytes(SecretSize);
    private readonly byte[] _nonce = random.NextBytes(XChaCha20Poly1305Aead.NonceSize);
    private byte[]? _lastSecret;
    private TimeSpan? _changeAt;

    /// <summary>A cookie packet: type, the initiator's id, nonce, sealed cookie.</summary>
    public const int PacketSize = SealedAt + Size + XChaCha20Poly1305Aead.TagSize;

    private const int NonceAt = 1 + ConnectionLimits.IdSize;
    private const int SealedAt = NonceAt + XChaCha20Poly1305Aead.NonceSize;

    /// <summary>Writes the answer to an Initial; returns its size.</summary>
    public int Write(TimeSpan now, Endpoint to, HandshakeMacs macs, Span<byte> initial, ulong initiatorId, Span<byte> destination)
    {
        ChangeIfDue(now);
        Span<byte> cookie = stackalloc byte[Size];
        Compute(_secret, to, cookie);
        destination[0] = (byte)LongPacketType.Cookie;
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], initiatorId);
        var nonce = destination[NonceAt..SealedAt];
        NextNonce(nonce);
        macs.SealCookie(nonce, InitialPacket.FirstMac(initial), cookie, destination[SealedAt..PacketSize]);
        return PacketSize;
    }

    /// <summary>Reads such an answer at the initiator.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, HandshakeMacs macs, ReadOnlySpan<byte> firstMac, Span<byte> cookie) =>
        packet.Length == PacketSize && packet[0] == (byte)LongPacketType.Cookie
        && macs.TryOpenCookie(packet[NonceAt..SealedAt], firstMac, packet[SealedAt..], cookie);

    /// <summary>Whether the second MAC of an Initial proves a cookie of this address.</summary>
    public bool Verify(TimeSpan now, Endpoint from, Span<byte> initial)
    {
        ChangeIfDue(now);
        // Who has no cookie says so by zeroes, and is not worth a hash.
        if (!InitialPacket.SecondMac(initial).ContainsAnyExcept((byte)0))
            return false;
        return VerifyWith(_secret, from, initial) || (_lastSecret is not null && VerifyWith(_lastSecret, from, initial));
    }

    /// <summary>Writes the second MAC of an Initial.</summary>
    public static void Sign(ReadOnlySpan<byte> cookie, Span<byte> initial) =>
        Blake2b.Hash(cookie, InitialPacket.SecondCovered(initial), InitialPacket.SecondMac(initial));

    private static bool VerifyWith(byte[] secret, Endpoint from, Span<byte> initial)
    {
        Span<byte> cookie = stackalloc byte[Size];
        Compute(secret, from, cookie);
        return Blake2b.Verify(cookie, InitialPacket.SecondCovered(initial), InitialPacket.SecondMac(initial));
    }

    private static void Compute(byte[] secret, Endpoint endpoint, Span<byte> cookie)
    {
        Span<byte> address = stackalloc byte[Endpoint.CompactSize6];
        Blake2b.Hash(secret, address[..endpoint.WriteCompact(address)], cookie);
    }

    // It has to be a new one each time, no more: sixteen random bytes that are this node's alone, and a count. Drawing all of it costs as much as the rest of a cookie.
    private void NextNonce(Span<byte> nonce)
    {
        var count = _nonce.AsSpan(XChaCha20Poly1305Aead.NonceSize - sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(count, BinaryPrimitives.ReadUInt64LittleEndian(count) + 1);
        _nonce.CopyTo(nonce);
    }

    private void ChangeIfDue(TimeSpan now)
    {
        _changeAt ??= now + SecretLifetime;
        if (now < _changeAt)
            return;
        _lastSecret = now < _changeAt + SecretLifetime ? (byte[])_secret.Clone() : null; // one from two changes ago proves nothing
        random.Fill(_secret);
        _changeAt = now + SecretLifetime;
    }
}
