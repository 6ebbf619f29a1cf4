using System.Buffers.Binary;
using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Dht.Serving;

/// <summary>
/// Write tokens (BEP 5): who brings one back has received what we sent to its address and port. Bound to both and to a secret that changes each five minutes; the one before it counts
/// too, so a token is good for five to ten minutes.
/// </summary>
internal sealed class TokenIssuer(IRandom random)
{
    /// <summary>Bytes of a token.</summary>
    public const int Size = 8;

    /// <summary>Milliseconds between two secrets.</summary>
    public const long Rotation = 5 * 60 * 1000;

    private const int SecretSize = 16;

    private byte[]? _secret;
    private byte[]? _former;
    private long _drawnAt;

    /// <summary>Writes the token of an address.</summary>
    public void Write(long now, Endpoint endpoint, Span<byte> token)
    {
        Rotate(now);
        Hash(_secret!, endpoint, token);
    }

    /// <summary>Whether this is the token of an address.</summary>
    public bool IsGood(long now, Endpoint endpoint, ReadOnlySpan<byte> token)
    {
        if (token.Length != Size || _secret is null)
            return false;
        Rotate(now);
        Span<byte> expected = stackalloc byte[Size];
        Hash(_secret, endpoint, expected);
        if (CryptographicOperations.FixedTimeEquals(expected, token))
            return true;
        if (_former is null)
            return false;
        Hash(_former, endpoint, expected);
        return CryptographicOperations.FixedTimeEquals(expected, token);
    }

    private void Rotate(long now)
    {
        var age = now - _drawnAt;
        if (_secret is not null && age < Rotation)
            return;
        _former = age < 2 * Rotation ? _secret : null;
        _secret = random.NextBytes(SecretSize);
        _drawnAt = now;
    }

    private static void Hash(byte[] secret, Endpoint endpoint, Span<byte> token)
    {
        Span<byte> input = stackalloc byte[SecretSize + (2 * sizeof(ulong)) + sizeof(ushort)];
        secret.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[SecretSize..], endpoint.High);
        BinaryPrimitives.WriteUInt64BigEndian(input[(SecretSize + sizeof(ulong))..], endpoint.Low);
        BinaryPrimitives.WriteUInt16BigEndian(input[(SecretSize + (2 * sizeof(ulong)))..], endpoint.Port);
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input, hash);
        hash[..Size].CopyTo(token);
    }
}
