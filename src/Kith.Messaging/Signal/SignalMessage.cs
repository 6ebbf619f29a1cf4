using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>
/// The message of a session: version byte 0x44, protobuf {ratchet_key 1, counter 2, previous_counter 3, ciphertext 4}, then the first
/// 8 bytes of HMAC-SHA-256 over sender identity ‖ receiver identity ‖ all before (Double Ratchet §3, libsignal's wire.proto).
/// </summary>
internal readonly ref struct SignalMessage
{
    /// <summary>The version of PQXDH sessions, in both halves of the version byte.</summary>
    public const int Version = 4;

    /// <summary>The first byte of either message.</summary>
    public const byte VersionByte = (Version << 4) | Version;

    /// <summary>Bytes of the truncated MAC.</summary>
    public const int MacSize = 8;

    /// <summary>The largest message that is read, of either form.</summary>
    public const int MaxSize = SessionCipher.MaxPlaintextSize + 4096;

    private const int RatchetKeyField = 1;
    private const int CounterField = 2;
    private const int PreviousCounterField = 3;
    private const int CiphertextField = 4;

    private SignalMessage(X25519PublicKey ratchetKey, uint counter, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> bytes)
    {
        RatchetKey = ratchetKey;
        Counter = counter;
        Ciphertext = ciphertext;
        Authenticated = bytes[..^MacSize];
        Mac = bytes[^MacSize..];
    }

    public X25519PublicKey RatchetKey { get; }

    public uint Counter { get; }

    public ReadOnlySpan<byte> Ciphertext { get; }

    /// <summary>Everything that the MAC covers beside the identities.</summary>
    public ReadOnlySpan<byte> Authenticated { get; }

    public ReadOnlySpan<byte> Mac { get; }

    /// <summary>Bytes of a message with these contents.</summary>
    public static int Size(uint counter, uint previousCounter, int ciphertextLength) =>
        1 + ProtobufWriter.FieldSize(SerializedKey.Size) + ProtobufWriter.FieldSize(counter) + ProtobufWriter.FieldSize(previousCounter)
        + ProtobufWriter.FieldSize(ciphertextLength) + MacSize;

    /// <summary>Writes all but ciphertext and MAC; says where the ciphertext goes. The MAC is the last <see cref="MacSize"/> bytes.</summary>
    public static Span<byte> WriteFrame(Span<byte> message, X25519PublicKey ratchetKey, uint counter, uint previousCounter, int ciphertextLength)
    {
        var writer = new ProtobufWriter(message);
        writer.WriteByte(VersionByte);
        SerializedKey.Write(ratchetKey, writer.ReserveBytes(RatchetKeyField, SerializedKey.Size));
        writer.WriteUInt32(CounterField, counter);
        writer.WriteUInt32(PreviousCounterField, previousCounter);
        return writer.ReserveBytes(CiphertextField, ciphertextLength);
    }

    /// <summary>Ok, or why the bytes are no message. Unknown fields pass and the last of a repeated field counts, as everywhere in protobuf.</summary>
    public static DecryptStatus TryParse(ReadOnlySpan<byte> bytes, out SignalMessage message)
    {
        message = default;
        if (bytes.Length is < 1 + MacSize or > MaxSize)
            return DecryptStatus.InvalidMessage;
        var version = CheckVersion(bytes[0]);
        if (version != DecryptStatus.Ok)
            return version;

        ReadOnlySpan<byte> key = default, ciphertext = default;
        uint counter = 0;
        bool hasCounter = false, hasCiphertext = false;
        var reader = new ProtobufReader(bytes[1..^MacSize]);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out var field, out var wireType))
                return DecryptStatus.InvalidMessage;
            var read = field switch
            {
                RatchetKeyField => reader.TryReadBytes(wireType, out key),
                CounterField => hasCounter = reader.TryReadUInt32(wireType, out counter),
                PreviousCounterField => reader.TryReadUInt32(wireType, out _),
                CiphertextField => hasCiphertext = reader.TryReadBytes(wireType, out ciphertext),
                _ => reader.TrySkip(wireType),
            };
            if (!read)
                return DecryptStatus.InvalidMessage;
        }

        if (!hasCounter || !hasCiphertext || !SerializedKey.TryRead(key, out var ratchetKey))
            return DecryptStatus.InvalidMessage;
        message = new SignalMessage(ratchetKey, counter, ciphertext, bytes);
        return DecryptStatus.Ok;
    }

    /// <summary>Whether the high half of a version byte is ours; libsignal ignores the low half.</summary>
    public static DecryptStatus CheckVersion(byte versionByte) => (versionByte >> 4) switch
    {
        Version => DecryptStatus.Ok,
        < Version => DecryptStatus.LegacyVersion,
        _ => DecryptStatus.UnknownVersion,
    };
}
