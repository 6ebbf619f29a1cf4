using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Kem;

namespace Kith.Messaging.Signal;

/// <summary>
/// A Kyber-1024 prekey signed by the identity key (PQXDH's PQOPK, or PQSPK for the last resort). The two kinds do not differ in form;
/// whoever stores them knows which is deleted after its use.
/// </summary>
public sealed record KyberPreKey(uint Id, KyberKeyPair KeyPair, byte[] Signature)
{
    /// <summary>A fresh one; the signature covers the serialised public key.</summary>
    public static KyberPreKey Generate(uint id, IdentityKeyPair identity, IRandom random)
    {
        var pair = KyberKeyPair.Generate(random);
        return new KyberPreKey(id, pair, identity.Sign(pair.PublicKey.Serialized, random));
    }

    /// <summary>Secret key ‖ signature, to be stored encrypted.</summary>
    public byte[] Serialize()
    {
        var stored = new byte[KyberKeyPair.SerializedSize + XEdDsa.SignatureSize];
        KeyPair.Serialize(stored.AsSpan(0, KyberKeyPair.SerializedSize));
        Signature.CopyTo(stored.AsSpan(KyberKeyPair.SerializedSize));
        return stored;
    }

    /// <summary>Reads what <see cref="Serialize"/> made.</summary>
    public static bool TryParse(uint id, ReadOnlySpan<byte> stored, [NotNullWhen(true)] out KyberPreKey? preKey)
    {
        preKey = null;
        if (stored.Length != KyberKeyPair.SerializedSize + XEdDsa.SignatureSize
            || !KyberKeyPair.TryParse(stored[..KyberKeyPair.SerializedSize], out var pair))
            return false;
        preKey = new KyberPreKey(id, pair, stored[KyberKeyPair.SerializedSize..].ToArray());
        return true;
    }
}
