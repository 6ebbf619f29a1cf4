using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>
/// Tokens that prove an address: whoever echoes the one that we sent there receives at it. Nothing is kept for each: a token is the first bytes of
/// HMAC-SHA-256 over address and port, under a key that changes each <see cref="Period"/>; those of the key before are good too.
/// </summary>
internal sealed class AddressTokens
{
    /// <summary>Bytes of a token.</summary>
    public const int Size = 8;

    /// <summary>How long one key is used, in milliseconds: a token is good for one to two periods.</summary>
    public const long Period = 2 * 60 * 1000;

    private const int KeySize = 32;

    private readonly IRandom _random;
    private readonly byte[] _key;
    private readonly byte[] _keyBefore;
    private long _changed;

    public AddressTokens(IRandom random)
    {
        _random = random;
        _key = random.NextBytes(KeySize);
        _keyBefore = random.NextBytes(KeySize);
    }

    /// <summary>Writes the token for an address.</summary>
    public void Write(long now, Endpoint address, Span<byte> destination)
    {
        Renew(now);
        Compute(_key, address, destination);
    }

    /// <summary>Whether this is the token that we sent to this address lately.</summary>
    public bool Verify(long now, Endpoint address, ReadOnlySpan<byte> token)
    {
        if (token.Length != Size)
            return false;
        Renew(now);
        Span<byte> expected = stackalloc byte[Size];
        Compute(_key, address, expected);
        if (ConstantTime.Equals(expected, token))
            return true;
        Compute(_keyBefore, address, expected);
        return ConstantTime.Equals(expected, token);
    }

    private void Renew(long now)
    {
        if (now - _changed < Period)
            return;
        // After a long rest the key before is too old too.
        if (now - _changed < 2 * Period)
            _key.CopyTo(_keyBefore, 0);
        else
            _random.Fill(_keyBefore);
        _random.Fill(_key);
        _changed = now;
    }

    private static void Compute(ReadOnlySpan<byte> key, Endpoint address, Span<byte> token)
    {
        Span<byte> input = stackalloc byte[(2 * sizeof(ulong)) + sizeof(ushort)], tag = stackalloc byte[HmacSha256.HashSize];
        BinaryPrimitives.WriteUInt64BigEndian(input, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(input[sizeof(ulong)..], address.Low);
        BinaryPrimitives.WriteUInt16BigEndian(input[(2 * sizeof(ulong))..], address.Port);
        HmacSha256.Hash(key, input, tag);
        tag[..Size].CopyTo(token);
    }
}
