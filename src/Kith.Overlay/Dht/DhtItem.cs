using Kith.Crypto;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht;

/// <summary>A value on the DHT (BEP 44), immutable or mutable. Every instance has been proved: by its hash, or by its signature.</summary>
public sealed class DhtItem
{
    /// <summary>Most bytes in an encoded value (BEP 44).</summary>
    public const int MaxValueSize = 1000;

    /// <summary>Most bytes in a salt (BEP 44).</summary>
    public const int MaxSaltSize = 64;

    /// <summary>Most bytes in a value that is a byte string: what its encoding leaves of <see cref="MaxValueSize"/>.</summary>
    public const int MaxBytes = MaxValueSize - 4;

    // "4:salt64:" and the salt, "3:seqi-9223372036854775808e", "1:v" and the value
    private const int SignedRoom = 9 + MaxSaltSize + 27 + 3 + MaxValueSize;

    private readonly byte[] _value;
    private readonly byte[] _salt;
    private readonly byte[] _signature;

    private DhtItem(NodeId target, byte[] value, Ed25519PublicKey? key, byte[] salt, long sequence, byte[] signature)
    {
        Target = target;
        _value = value;
        Key = key;
        _salt = salt;
        Sequence = sequence;
        _signature = signature;
    }

    /// <summary>Where on the DHT it stands.</summary>
    public NodeId Target { get; }

    /// <summary>The value, bencoded.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>Who signed it; null for an immutable item.</summary>
    public Ed25519PublicKey? Key { get; }

    /// <summary>The salt; empty for an immutable item and for a mutable one without.</summary>
    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>The sequence number; 0 for an immutable item.</summary>
    public long Sequence { get; }

    /// <summary>The signature; empty for an immutable item.</summary>
    public ReadOnlySpan<byte> Signature => _signature;

    /// <summary>An immutable item.</summary>
    /// <param name="encodedValue">One bencoded value of at most <see cref="MaxValueSize"/> bytes (<see cref="Encode"/>).</param>
    /// <exception cref="ArgumentException">It is not that.</exception>
    public static DhtItem Immutable(ReadOnlySpan<byte> encodedValue)
    {
        ThrowUnlessValue(encodedValue);
        return new DhtItem(DhtTarget.IdOf(encodedValue), encodedValue.ToArray(), null, [], 0, []);
    }

    /// <summary>Signs a mutable item.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="salt">At most <see cref="MaxSaltSize"/> bytes.</param>
    /// <param name="sequence">Higher than that of the item that it takes the place of; not negative.</param>
    /// <param name="encodedValue">One bencoded value of at most <see cref="MaxValueSize"/> bytes (<see cref="Encode"/>).</param>
    /// <exception cref="ArgumentException">One of them is out of bounds.</exception>
    public static DhtItem Sign(Ed25519PrivateKey key, ReadOnlySpan<byte> salt, long sequence, ReadOnlySpan<byte> encodedValue)
    {
        ThrowUnlessValue(encodedValue);
        if (salt.Length > MaxSaltSize)
            throw new ArgumentException($"a salt has at most {MaxSaltSize} bytes", nameof(salt));
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        Span<byte> room = stackalloc byte[SignedRoom];
        var signature = new byte[Ed25519PublicKey.SignatureSize];
        key.Sign(WriteSigned(room, salt, sequence, encodedValue), signature);
        return new DhtItem(DhtTarget.IdOf(key.PublicKey, salt), encodedValue.ToArray(), key.PublicKey, salt.ToArray(), sequence, signature);
    }

    /// <summary>Takes an immutable item from elsewhere; false unless the value is one and hashes to the target.</summary>
    public static bool TryVerify(NodeId target, ReadOnlySpan<byte> encodedValue, out DhtItem? item)
    {
        item = null;
        if (!IsValue(encodedValue) || DhtTarget.IdOf(encodedValue) != target)
            return false;
        item = new DhtItem(target, encodedValue.ToArray(), null, [], 0, []);
        return true;
    }

    /// <summary>Takes a mutable item from elsewhere; false unless all is within its bounds and the signature is the key's.</summary>
    public static bool TryVerify(
        Ed25519PublicKey key, ReadOnlySpan<byte> salt, long sequence, ReadOnlySpan<byte> encodedValue, ReadOnlySpan<byte> signature, out DhtItem? item)
    {
        item = null;
        if (!IsValue(encodedValue) || salt.Length > MaxSaltSize || sequence < 0)
            return false;
        Span<byte> room = stackalloc byte[SignedRoom];
        if (!key.Verify(WriteSigned(room, salt, sequence, encodedValue), signature))
            return false;
        item = new DhtItem(DhtTarget.IdOf(key, salt), encodedValue.ToArray(), key, salt.ToArray(), sequence, signature.ToArray());
        return true;
    }

    /// <summary>Encodes bytes as a value: a bencoded byte string.</summary>
    /// <param name="bytes">At most <see cref="MaxBytes"/> of them.</param>
    /// <exception cref="ArgumentException">There are more.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw new ArgumentException($"a value has room for {MaxBytes} bytes", nameof(bytes));
        Span<byte> room = stackalloc byte[MaxValueSize];
        var writer = new BencodeWriter(room);
        writer.WriteBytes(bytes);
        return writer.Written.ToArray();
    }

    /// <summary>The bytes of a value that is a byte string; false for values of other kinds.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes) => new BencodeReader(_value).TryReadBytes(out bytes);

    /// <summary>Whether both are the same, byte for byte.</summary>
    internal bool IsSame(long sequence, ReadOnlySpan<byte> encodedValue, ReadOnlySpan<byte> signature) =>
        Sequence == sequence && encodedValue.SequenceEqual(_value) && signature.SequenceEqual(_signature);

    /// <summary>Whether these bytes are one bencoded value of a size that BEP 44 allows.</summary>
    internal static bool IsValue(ReadOnlySpan<byte> encoded)
    {
        var reader = new BencodeReader(encoded);
        return encoded.Length <= MaxValueSize && reader.TrySkip() && reader.IsAtEnd;
    }

    /// <summary>What is signed (BEP 44, "signature verification"): the entries salt (where there is one), seq and v as they stand in the message, without the dictionary around them.</summary>
    private static ReadOnlySpan<byte> WriteSigned(Span<byte> room, ReadOnlySpan<byte> salt, long sequence, ReadOnlySpan<byte> encodedValue)
    {
        var writer = new BencodeWriter(room);
        if (!salt.IsEmpty)
            writer.WriteEntry("salt"u8, salt);
        writer.WriteEntry("seq"u8, sequence);
        writer.WriteBytes("v"u8);
        writer.WriteRaw(encodedValue);
        return room[..writer.Length];
    }

    private static void ThrowUnlessValue(ReadOnlySpan<byte> encodedValue)
    {
        if (!IsValue(encodedValue))
            throw new ArgumentException($"a value is one bencoded value of at most {MaxValueSize} bytes", nameof(encodedValue));
    }
}
