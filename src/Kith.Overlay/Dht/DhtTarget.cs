using Kith.Crypto;

namespace Kith.Overlay.Dht;

/// <summary>
/// What a get asks for (BEP 44): an immutable item by the hash of its value, or a mutable one by its key and salt. A target knows what proves an answer.
/// </summary>
public sealed class DhtTarget
{
    private DhtTarget(NodeId id, Ed25519PublicKey? key, byte[] salt)
    {
        Id = id;
        Key = key;
        Salt = salt;
    }

    /// <summary>Where on the DHT it stands.</summary>
    public NodeId Id { get; }

    /// <summary>Who signs it; null for an immutable item.</summary>
    public Ed25519PublicKey? Key { get; }

    /// <summary>Tells several items of one key apart; may be empty.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>The immutable item whose encoded value hashes to <paramref name="id"/>.</summary>
    public static DhtTarget Immutable(NodeId id) => new(id, null, []);

    /// <summary>The mutable item of a key.</summary>
    /// <param name="key">Who signs it.</param>
    /// <param name="salt">At most <see cref="DhtItem.MaxSaltSize"/> bytes.</param>
    /// <exception cref="ArgumentException">The salt is longer.</exception>
    public static DhtTarget Mutable(Ed25519PublicKey key, ReadOnlySpan<byte> salt = default)
    {
        if (salt.Length > DhtItem.MaxSaltSize)
            throw new ArgumentException($"a salt has at most {DhtItem.MaxSaltSize} bytes", nameof(salt));
        return new DhtTarget(Mutable(key, salt, stackalloc byte[Ed25519PublicKey.Size + DhtItem.MaxSaltSize]), key, salt.ToArray());
    }

    /// <summary>The name of a mutable item: SHA-1 of key and salt (BEP 44, "mutable items").</summary>
    internal static NodeId IdOf(Ed25519PublicKey key, ReadOnlySpan<byte> salt) =>
        Mutable(key, salt, stackalloc byte[Ed25519PublicKey.Size + DhtItem.MaxSaltSize]);

    /// <summary>The name of an immutable item: SHA-1 of its encoded value (BEP 44, "immutable items").</summary>
    internal static NodeId IdOf(ReadOnlySpan<byte> encodedValue)
    {
        Span<byte> hash = stackalloc byte[Sha1.HashSize];
        Sha1.Hash(encodedValue, hash);
        _ = NodeId.TryRead(hash, out var id);
        return id;
    }

    private static NodeId Mutable(Ed25519PublicKey key, ReadOnlySpan<byte> salt, Span<byte> room)
    {
        key.CopyTo(room);
        salt.CopyTo(room[Ed25519PublicKey.Size..]);
        return IdOf(room[..(Ed25519PublicKey.Size + salt.Length)]);
    }
}
