using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>A device's long-term key: Curve25519, which agrees by X25519 and signs prekeys by XEdDSA.</summary>
public sealed class IdentityKeyPair(X25519PrivateKey privateKey) : IDisposable
{
    /// <summary>The private half.</summary>
    public X25519PrivateKey PrivateKey { get; } = privateKey;

    /// <summary>The public half; on the wire as <see cref="SerializedKey"/>.</summary>
    public X25519PublicKey PublicKey => PrivateKey.PublicKey;

    /// <summary>A fresh identity.</summary>
    public static IdentityKeyPair Generate(IRandom random) => new(X25519PrivateKey.Generate(random));

    /// <summary>The XEdDSA signature over <paramref name="message"/>, 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message, IRandom random)
    {
        var signature = new byte[XEdDsa.SignatureSize];
        Span<byte> nonce = stackalloc byte[XEdDsa.RandomSize];
        random.Fill(nonce);
        XEdDsa.Sign(PrivateKey, message, nonce, signature);
        CryptographicOperations.ZeroMemory(nonce);
        return signature;
    }

    /// <summary>Zeroes the private key.</summary>
    public void Dispose() => PrivateKey.Dispose();
}
