using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Overlay.Dht;

namespace Kith.Overlay.Rendezvous;

/// <summary>
/// What a find secret gives in one period: the key and the salt of the DHT's item (BEP 44, mutable) and the key that seals its value. Whoever has the secret can derive
/// all of it; nobody else can tell that two periods, or two secrets, have anything to do with each other.
/// </summary>
public sealed class PeriodKeys : IDisposable
{
    /// <summary>Bytes in the salt.</summary>
    public const int SaltSize = 16;

    private readonly SecretBytes _sealingKey;

    private PeriodKeys(long index, Ed25519PrivateKey itemKey, byte[] salt, SecretBytes sealingKey)
    {
        Index = index;
        ItemKey = itemKey;
        Salt = salt;
        _sealingKey = sealingKey;
        Target = DhtTarget.Mutable(itemKey.PublicKey, salt);
    }

    /// <summary>The period's number.</summary>
    public long Index { get; }

    /// <summary>Signs the item towards the nodes that keep it.</summary>
    public Ed25519PrivateKey ItemKey { get; }

    /// <summary>The item's salt.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>Where the item stands.</summary>
    public DhtTarget Target { get; }

    internal ReadOnlySpan<byte> SealingKey => _sealingKey.Value;

    private static ReadOnlySpan<byte> Label => "kith-find-period-v1\0"u8;

    /// <summary>Derives the keys of one period: HKDF-SHA256(secret, info = label ‖ 0x00 ‖ index) → seed (32) ‖ salt (16) ‖ sealing key (32).</summary>
    public static PeriodKeys Derive(FindSecret secret, long index)
    {
        Span<byte> info = stackalloc byte[Label.Length + sizeof(long)];
        Label.CopyTo(info);
        BinaryPrimitives.WriteInt64BigEndian(info[Label.Length..], index);
        Span<byte> output = stackalloc byte[Ed25519PrivateKey.SeedSize + SaltSize + XChaCha20Poly1305Aead.KeySize];
        Hkdf.DeriveKey(secret.Bytes, [], info, output);
        var keys = new PeriodKeys(
            index,
            Ed25519PrivateKey.FromSeed(output[..Ed25519PrivateKey.SeedSize]),
            output.Slice(Ed25519PrivateKey.SeedSize, SaltSize).ToArray(),
            new SecretBytes(output[(Ed25519PrivateKey.SeedSize + SaltSize)..]));
        output.Clear();
        return keys;
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        ItemKey.Dispose();
        _sealingKey.Dispose();
    }
}
