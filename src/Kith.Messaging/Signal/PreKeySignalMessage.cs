using Kith.Crypto;
using Kith.Crypto.Kem;

namespace Kith.Messaging.Signal;

/// <summary>
/// The first messages of a session: version byte 0x44, protobuf {pre_key_id 1, base_key 2, identity_key 3, message 4, registration_id 5,
/// signed_pre_key_id 6, kyber_pre_key_id 7, kyber_ciphertext 8} (PQXDH §3.3, libsignal's wire.proto). Public so that a receiver can see who claims
/// to write before anything is decrypted; nothing in it is authenticated until then.
/// </summary>
public readonly ref struct PreKeySignalMessage
{
    private const int PreKeyIdField = 1;
    private const int BaseKeyField = 2;
    private const int IdentityKeyField = 3;
    private const int MessageField = 4;
    private const int RegistrationIdField = 5;
    private const int SignedPreKeyIdField = 6;
    private const int KyberPreKeyIdField = 7;
    private const int KyberCiphertextField = 8;

    /// <summary>The sender's registration id, 0 when absent.</summary>
    public uint RegistrationId { get; private init; }

    /// <summary>Our one-time prekey, if the sender used one.</summary>
    public uint? PreKeyId { get; private init; }

    /// <summary>Our signed prekey.</summary>
    public uint SignedPreKeyId { get; private init; }

    /// <summary>Our Kyber prekey.</summary>
    public uint KyberPreKeyId { get; private init; }

    /// <summary>The sender's identity key, as claimed.</summary>
    public X25519PublicKey IdentityKey { get; private init; }

    /// <summary>The sender's ephemeral key of the agreement; it names the session.</summary>
    public X25519PublicKey BaseKey { get; private init; }

    internal ReadOnlySpan<byte> KyberCiphertext { get; private init; }

    internal ReadOnlySpan<byte> Message { get; private init; }

    /// <summary>Ok, or why the bytes are no such message. The message inside is looked at when it is decrypted.</summary>
    public static DecryptStatus TryParse(ReadOnlySpan<byte> bytes, out PreKeySignalMessage message)
    {
        message = default;
        if (bytes.Length is < 1 or > SignalMessage.MaxSize)
            return DecryptStatus.InvalidMessage;
        var version = SignalMessage.CheckVersion(bytes[0]);
        if (version != DecryptStatus.Ok)
            return version;

        var fields = default(Fields);
        var reader = new ProtobufReader(bytes[1..]);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out var field, out var wireType) || !fields.TryRead(ref reader, field, wireType))
                return DecryptStatus.InvalidMessage;
        }

        // Version 4 without the Kyber part is refused as libsignal does.
        if (fields.SignedPreKeyId is not { } signedId || fields.KyberPreKeyId is not { } kyberId
            || fields.KyberCiphertext.Length != KyberPublicKey.SerializedCiphertextSize || fields.KyberCiphertext[0] != KyberPublicKey.TypeByte
            || !SerializedKey.TryRead(fields.BaseKey, out var baseKey) || !SerializedKey.TryRead(fields.IdentityKey, out var identityKey)
            || fields.Message.IsEmpty)
            return DecryptStatus.InvalidMessage;

        message = new PreKeySignalMessage
        {
            RegistrationId = fields.RegistrationId,
            PreKeyId = fields.PreKeyId,
            SignedPreKeyId = signedId,
            KyberPreKeyId = kyberId,
            IdentityKey = identityKey,
            BaseKey = baseKey,
            KyberCiphertext = fields.KyberCiphertext,
            Message = fields.Message,
        };
        return DecryptStatus.Ok;
    }

    /// <summary>Bytes of a message around an inner one of <paramref name="innerLength"/> bytes.</summary>
    internal static int Size(PendingPreKey pending, uint registrationId, int innerLength) =>
        1 + (pending.PreKeyId is { } id ? ProtobufWriter.FieldSize(id) : 0)
        + (2 * ProtobufWriter.FieldSize(SerializedKey.Size)) + ProtobufWriter.FieldSize(innerLength) + ProtobufWriter.FieldSize(registrationId)
        + ProtobufWriter.FieldSize(pending.SignedPreKeyId) + ProtobufWriter.FieldSize(pending.KyberPreKeyId)
        + ProtobufWriter.FieldSize(pending.KyberCiphertext.Length);

    /// <summary>Writes all but the inner message, fields in the order of their numbers; says where the inner message goes.</summary>
    internal static Span<byte> WriteFrame(Span<byte> destination, PendingPreKey pending, uint registrationId, X25519PublicKey identity, int innerLength)
    {
        var writer = new ProtobufWriter(destination);
        writer.WriteByte(SignalMessage.VersionByte);
        if (pending.PreKeyId is { } id)
            writer.WriteUInt32(PreKeyIdField, id);
        SerializedKey.Write(pending.BaseKey, writer.ReserveBytes(BaseKeyField, SerializedKey.Size));
        SerializedKey.Write(identity, writer.ReserveBytes(IdentityKeyField, SerializedKey.Size));
        var inner = writer.ReserveBytes(MessageField, innerLength);
        writer.WriteUInt32(RegistrationIdField, registrationId);
        writer.WriteUInt32(SignedPreKeyIdField, pending.SignedPreKeyId);
        writer.WriteUInt32(KyberPreKeyIdField, pending.KyberPreKeyId);
        pending.KyberCiphertext.CopyTo(writer.ReserveBytes(KyberCiphertextField, pending.KyberCiphertext.Length));
        return inner;
    }

    private ref struct Fields
    {
        public uint RegistrationId;
        public uint? PreKeyId;
        public uint? SignedPreKeyId;
        public uint? KyberPreKeyId;
        public ReadOnlySpan<byte> BaseKey;
        public ReadOnlySpan<byte> IdentityKey;
        public ReadOnlySpan<byte> Message;
        public ReadOnlySpan<byte> KyberCiphertext;

        public bool TryRead(ref ProtobufReader reader, int field, int wireType) => field switch
        {
            PreKeyIdField => TryReadId(ref reader, wireType, ref PreKeyId),
            BaseKeyField => reader.TryReadBytes(wireType, out BaseKey),
            IdentityKeyField => reader.TryReadBytes(wireType, out IdentityKey),
            MessageField => reader.TryReadBytes(wireType, out Message),
            RegistrationIdField => reader.TryReadUInt32(wireType, out RegistrationId),
            SignedPreKeyIdField => TryReadId(ref reader, wireType, ref SignedPreKeyId),
            KyberPreKeyIdField => TryReadId(ref reader, wireType, ref KyberPreKeyId),
            KyberCiphertextField => reader.TryReadBytes(wireType, out KyberCiphertext),
            _ => reader.TrySkip(wireType),
        };

        private static bool TryReadId(ref ProtobufReader reader, int wireType, ref uint? id)
        {
            var ok = reader.TryReadUInt32(wireType, out var value);
            id = value;
            return ok;
        }
    }
}
