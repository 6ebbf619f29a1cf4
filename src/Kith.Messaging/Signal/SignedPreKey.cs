using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>A prekey that serves every session of some days, signed by the identity key (X3DH's SPK).</summary>
public sealed record SignedPreKey(uint Id, X25519PrivateKey PrivateKey, byte[] Signature)
{
    /// <summary>A fresh one; the signature covers the serialised public key.</summary>
    public static SignedPreKey Generate(uint id, IdentityKeyPair identity, IRandom random)
    {
        var key = X25519PrivateKey.Generate(random);
        return new SignedPreKey(id, key, identity.Sign(SerializedKey.ToArray(key.PublicKey), random));
    }

    /// <summary>Private key ‖ signature, to be stored encrypted.</summary>
    public byte[] Serialize() => [.. PrivateKey.Value, .. Signature];

    /// <summary>Reads what <see cref="Serialize"/> made.</summary>
    public static bool TryParse(uint id, ReadOnlySpan<byte> stored, [NotNullWhen(true)] out SignedPreKey? preKey)
    {
        preKey = stored.Length == X25519PrivateKey.Size + XEdDsa.SignatureSize
            ? new SignedPreKey(id, X25519PrivateKey.FromBytes(stored[..X25519PrivateKey.Size]), stored[X25519PrivateKey.Size..].ToArray())
            : null;
        return preKey is not null;
    }
}
