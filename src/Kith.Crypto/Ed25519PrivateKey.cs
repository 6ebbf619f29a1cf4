using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>An Ed25519 signing key (RFC 8032), kept as its 32-byte seed. Signing is deterministic and needs no randomness.</summary>
public sealed class Ed25519PrivateKey : IDisposable
{
    /// <summary>Bytes in a seed.</summary>
    public const int SeedSize = 32;

    // seed ‖ public key, libsodium's form of a signing key
    private readonly SecretBytes _secret;

    private unsafe Ed25519PrivateKey(ReadOnlySpan<byte> seed)
    {
        Misuse.ThrowUnlessSize(seed.Length, SeedSize, nameof(seed));
        _secret = SecretBytes.Create(SeedSize + Ed25519PublicKey.Size, seed, static (destination, seed) =>
        {
            var publicKey = stackalloc byte[Ed25519PublicKey.Size];
            fixed (byte* sk = destination, s = seed)
                _ = Sodium.Ed25519SeedKeypair(publicKey, sk, s);
        });
        PublicKey = new Ed25519PublicKey(Bytes32.From(_secret.Value[SeedSize..]));
    }

    /// <summary>A fresh key.</summary>
    public static Ed25519PrivateKey Generate(IRandom random)
    {
        using var seed = SecretBytes.Generate(random, SeedSize);
        return new Ed25519PrivateKey(seed.Value);
    }

    /// <summary>The key of a 32-byte seed.</summary>
    /// <exception cref="ArgumentException">The seed has another size.</exception>
    public static Ed25519PrivateKey FromSeed(ReadOnlySpan<byte> seed) => new(seed);

    /// <summary>The 32 secret bytes to keep.</summary>
    public ReadOnlySpan<byte> Seed => _secret.Value[..SeedSize];

    /// <summary>The public half.</summary>
    public Ed25519PublicKey PublicKey { get; }

    /// <summary>Signs <paramref name="message"/> (RFC 8032 §5.1.6); <paramref name="signature"/> takes 64 bytes.</summary>
    public unsafe void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Misuse.ThrowUnlessSize(signature.Length, Ed25519PublicKey.SignatureSize, nameof(signature));
        fixed (byte* m = message, s = signature, k = _secret.Value)
            _ = Sodium.Ed25519Sign(s, null, m, (ulong)message.Length, k);
        GC.KeepAlive(_secret);
    }

    /// <summary>Signs label ‖ 0x00 ‖ message. The label (1 to 64 visible ASCII characters) says what the signature is for.</summary>
    public void Sign(string label, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        using var labelled = new LabelledMessage(label, message, stackalloc byte[LabelledMessage.StackSize]);
        Sign(labelled.Bytes, signature);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _secret.Dispose();
}
