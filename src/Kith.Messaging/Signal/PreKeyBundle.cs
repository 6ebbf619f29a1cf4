using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Wire;

namespace Kith.Messaging.Signal;

/// <summary>
/// What somebody needs to start a session with a device that need not be online (PQXDH §3.2). Signatures are XEdDSA by the identity key over
/// the serialised prekeys; <see cref="SessionBuilder.ProcessBundle"/> verifies them, reading does not.
/// </summary>
public sealed record PreKeyBundle(
    uint RegistrationId,
    uint DeviceId,
    uint? PreKeyId,
    X25519PublicKey? PreKey,
    uint SignedPreKeyId,
    X25519PublicKey SignedPreKey,
    byte[] SignedPreKeySignature,
    uint KyberPreKeyId,
    KyberPublicKey KyberPreKey,
    byte[] KyberPreKeySignature,
    X25519PublicKey IdentityKey)
{
    /// <summary>The most bytes that <see cref="Write"/> makes.</summary>
    public const int MaxSize = 1 + (5 * 4) + (3 * SerializedKey.Size) + KyberPublicKey.SerializedSize + (2 * XEdDsa.SignatureSize);

    private const byte WithoutPreKey = 0;
    private const byte WithPreKey = 1;

    /// <summary>Writes the bundle in the form of docs/protocol/signal.md.</summary>
    public void Write(WireWriter writer)
    {
        var hasPreKey = PreKeyId.HasValue && PreKey.HasValue;
        writer.WriteByte(hasPreKey ? WithPreKey : WithoutPreKey);
        writer.WriteUInt32(RegistrationId);
        writer.WriteUInt32(DeviceId);
        writer.WriteBytes(SerializedKey.ToArray(IdentityKey));
        writer.WriteUInt32(SignedPreKeyId);
        writer.WriteBytes(SerializedKey.ToArray(SignedPreKey));
        writer.WriteBytes(SignedPreKeySignature);
        writer.WriteUInt32(KyberPreKeyId);
        writer.WriteBytes(KyberPreKey.Serialized);
        writer.WriteBytes(KyberPreKeySignature);
        if (!hasPreKey)
            return;
        writer.WriteUInt32(PreKeyId!.Value);
        writer.WriteBytes(SerializedKey.ToArray(PreKey!.Value));
    }

    /// <summary>Reads a bundle; what follows it stays in <paramref name="reader"/>. False when it is malformed.</summary>
    public static bool TryRead(ref WireReader reader, [NotNullWhen(true)] out PreKeyBundle? bundle)
    {
        bundle = null;
        if (!reader.TryReadByte(out var kind) || kind > WithPreKey
            || !reader.TryReadUInt32(out var registrationId)
            || !reader.TryReadUInt32(out var deviceId)
            || !TryReadKey(ref reader, out var identity)
            || !reader.TryReadUInt32(out var signedId)
            || !TryReadKey(ref reader, out var signed)
            || !reader.TryReadBytes(XEdDsa.SignatureSize, out var signedSignature)
            || !reader.TryReadUInt32(out var kyberId)
            || !reader.TryReadBytes(KyberPublicKey.SerializedSize, out var kyberBytes)
            || !KyberPublicKey.TryParse(kyberBytes, out var kyber)
            || !reader.TryReadBytes(XEdDsa.SignatureSize, out var kyberSignature))
            return false;

        uint? preKeyId = null;
        X25519PublicKey? preKey = null;
        if (kind == WithPreKey)
        {
            if (!reader.TryReadUInt32(out var id) || !TryReadKey(ref reader, out var key))
                return false;
            preKeyId = id;
            preKey = key;
        }

        bundle = new PreKeyBundle(registrationId, deviceId, preKeyId, preKey, signedId, signed, signedSignature.ToArray(), kyberId, kyber,
            kyberSignature.ToArray(), identity);
        return true;
    }

    private static bool TryReadKey(ref WireReader reader, out X25519PublicKey key)
    {
        key = default;
        return reader.TryReadBytes(SerializedKey.Size, out var bytes) && SerializedKey.TryRead(bytes, out key);
    }
}
