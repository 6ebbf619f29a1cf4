using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>The keys of one message: AES-256-CBC key, MAC key and IV, expanded from a seed of the chain. Dispose to wipe them.</summary>
internal readonly ref struct MessageKeys : IDisposable
{
    /// <summary>Bytes that the keys need.</summary>
    public const int Size = (2 * Key32.Size) + AesCbc.IvSize;

    private readonly Span<byte> _keys;

    /// <param name="seed">The message's seed.</param>
    /// <param name="room">Where the keys live, <see cref="Size"/> bytes.</param>
    public MessageKeys(ReadOnlySpan<byte> seed, Span<byte> room)
    {
        _keys = room[..Size];
        RatchetKeys.Expand(seed, default, "WhisperMessageKeys"u8, _keys);
    }

    public ReadOnlySpan<byte> CipherKey => _keys[..Key32.Size];

    public ReadOnlySpan<byte> Iv => _keys[(2 * Key32.Size)..];

    /// <summary>The first bytes of HMAC-SHA-256 over both identities and the message, as many as <paramref name="mac"/> has.</summary>
    public void ComputeMac(ReadOnlySpan<byte> identities, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        Span<byte> full = stackalloc byte[HmacSha256.HashSize];
        using var hmac = new HmacSha256Key(_keys.Slice(Key32.Size, Key32.Size));
        hmac.Hash(identities, message, default, full);
        full[..mac.Length].CopyTo(mac);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_keys);
}
