using System.Diagnostics.CodeAnalysis;

namespace Kith.Crypto.Kem;

/// <summary>A Kyber-1024 secret key with its public key. Dispose it when it is no longer needed: its memory is zeroed.</summary>
public sealed class KyberKeyPair : IDisposable
{
    /// <summary>Bytes of the serialised secret key: the type byte, then <see cref="Kyber1024.SecretKeySize"/> bytes, which contain the public key.</summary>
    public const int SerializedSize = 1 + Kyber1024.SecretKeySize;

    private const int PublicKeyOffset = KyberEncryption.SecretKeyBytes;

    private readonly SecretBytes _secretKey;

    private KyberKeyPair(KyberPublicKey publicKey, SecretBytes secretKey)
    {
        PublicKey = publicKey;
        _secretKey = secretKey;
    }

    /// <summary>The public half.</summary>
    public KyberPublicKey PublicKey { get; }

    /// <summary>A fresh key pair.</summary>
    public static KyberKeyPair Generate(IRandom random)
    {
        using SecretBytes seed = SecretBytes.Generate(random, Kyber1024.KeySeedSize);
        return FromSeed(seed.Value);
    }

    /// <summary>The key pair of a seed of <see cref="Kyber1024.KeySeedSize"/> bytes: storing the seed is storing the key.</summary>
    public static KyberKeyPair FromSeed(ReadOnlySpan<byte> seed)
    {
        Misuse.ThrowUnlessSize(seed.Length, Kyber1024.KeySeedSize, nameof(seed));
        byte[] publicKey = new byte[Kyber1024.PublicKeySize];
        var parts = new Parts(seed, publicKey);
        SecretBytes secret = SecretBytes.Create(Kyber1024.SecretKeySize, parts, static (destination, parts) =>
            Kyber1024.GenerateKeyPair(parts.Seed, parts.PublicKey, destination));
        return new KyberKeyPair(Public(publicKey), secret);
    }

    /// <summary>Reads a serialised secret key; false when its type byte or length is wrong.</summary>
    public static bool TryParse(ReadOnlySpan<byte> serialized, [NotNullWhen(true)] out KyberKeyPair? keyPair)
    {
        keyPair = null;
        if (serialized.Length != SerializedSize || serialized[0] != KyberPublicKey.TypeByte)
            return false;
        ReadOnlySpan<byte> secret = serialized[1..];
        keyPair = new KyberKeyPair(Public(secret.Slice(PublicKeyOffset, Kyber1024.PublicKeySize)), new SecretBytes(secret));
        return true;
    }

    /// <summary>Type byte ‖ secret key, into <see cref="SerializedSize"/> bytes. Secret.</summary>
    public void Serialize(Span<byte> destination)
    {
        Misuse.ThrowUnlessSize(destination.Length, SerializedSize, nameof(destination));
        destination[0] = KyberPublicKey.TypeByte;
        _secretKey.Value.CopyTo(destination[1..]);
    }

    /// <summary>
    /// The 32 secret bytes in a serialised ciphertext. False when its type byte or length is wrong; a ciphertext that was altered
    /// gives other bytes (implicit rejection).
    /// </summary>
    public bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        if (ciphertext.Length != KyberPublicKey.SerializedCiphertextSize || ciphertext[0] != KyberPublicKey.TypeByte)
            return false;
        Kyber1024.Decapsulate(_secretKey.Value, ciphertext[1..], sharedSecret);
        GC.KeepAlive(_secretKey);
        return true;
    }

    /// <summary>Zeroes the secret key.</summary>
    public void Dispose() => _secretKey.Dispose();

    private static KyberPublicKey Public(ReadOnlySpan<byte> key)
    {
        Span<byte> serialized = stackalloc byte[KyberPublicKey.SerializedSize];
        serialized[0] = KyberPublicKey.TypeByte;
        key.CopyTo(serialized[1..]);
        return KyberPublicKey.TryParse(serialized, out KyberPublicKey? parsed) ? parsed : throw new InvalidOperationException("The size is constant.");
    }

    private readonly ref struct Parts(ReadOnlySpan<byte> seed, byte[] publicKey)
    {
        public ReadOnlySpan<byte> Seed { get; } = seed;

        public byte[] PublicKey { get; } = publicKey;
    }
}
