using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>An X25519 private key (RFC 7748), kept clamped as Signal keeps it.</summary>
public sealed class X25519PrivateKey : IDisposable
{
    /// <summary>Bytes in a key.</summary>
    public const int Size = 32;

    /// <summary>Bytes in a shared secret.</summary>
    public const int SharedSize = 32;

    private readonly SecretBytes _secret;
    private X25519PublicKey _publicKey;
    private volatile bool _publicKeyKnown; // written after _publicKey, so a reader never sees half a key

    private X25519PrivateKey(SecretBytes secret) => _secret = secret;

    /// <summary>A fresh key.</summary>
    public static X25519PrivateKey Generate(IRandom random) => new(SecretBytes.Create(Size, random, static (destination, random) =>
    {
        random.Fill(destination);
        Clamp(destination);
    }));

    /// <summary>The key of 32 secret bytes, clamped here if they were not.</summary>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public static X25519PrivateKey FromBytes(ReadOnlySpan<byte> bytes)
    {
        Misuse.ThrowUnlessSize(bytes.Length, Size, nameof(bytes));
        return new X25519PrivateKey(SecretBytes.Create(Size, bytes, static (destination, bytes) =>
        {
            bytes.CopyTo(destination);
            Clamp(destination);
        }));
    }

    /// <summary>The 32 secret bytes, clamped.</summary>
    public ReadOnlySpan<byte> Value => _secret.Value;

    /// <summary>The public half, computed at its first use.</summary>
    public unsafe X25519PublicKey PublicKey
    {
        get
        {
            if (_publicKeyKnown)
                return _publicKey;
            Bytes32 point;
            fixed (byte* k = _secret.Value)
                _ = Sodium.X25519Base((byte*)&point, k);
            GC.KeepAlive(_secret);
            _publicKey = new X25519PublicKey(point);
            _publicKeyKnown = true;
            return new X25519PublicKey(point);
        }
    }

    /// <summary>
    /// Diffie–Hellman with <paramref name="peer"/> (RFC 7748 §6.1). False, and zeroes in <paramref name="shared"/>, when the
    /// result is all zero because the peer's key has small order.
    /// </summary>
    public unsafe bool TryAgree(X25519PublicKey peer, Span<byte> shared)
    {
        Misuse.ThrowUnlessSize(shared.Length, SharedSize, nameof(shared));
        int result;
        fixed (byte* q = shared, k = _secret.Value)
            result = Sodium.X25519(q, k, (byte*)&peer);
        GC.KeepAlive(_secret);
        if (result == 0)
            return true;
        shared.Clear();
        return false;
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _secret.Dispose();

    // RFC 7748 §5, decodeScalar25519.
    private static void Clamp(Span<byte> scalar)
    {
        scalar[0] &= 248;
        scalar[31] &= 127;
        scalar[31] |= 64;
    }
}
