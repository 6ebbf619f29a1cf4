using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Overlay.Walker;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Relay;

/// <summary>
/// A control message: a bencoded dictionary whose key <c>relay</c> holds a type and that type's fields, all of fixed sizes (docs/protocol/relay.md, "Messages"). Spans point into what
/// was read.
/// </summary>
internal readonly ref struct RelayMessage
{
    /// <summary>Bytes of a circuit's key.</summary>
    public const int KeySize = 16;

    /// <summary>Bytes of a tag.</summary>
    public const int TagSize = 16;

    /// <summary>The longest message read; what stands beyond a type's fields is for later versions.</summary>
    public const int MaxSize = 128;

    /// <summary>The longest datagram written.</summary>
    public const int MaxDatagram = 96;

    public RelayMessageType Type { get; init; }

    /// <summary>The transaction, or the circuit's id.</summary>
    public ulong Id { get; init; }

    public ReadOnlySpan<byte> Handle { get; init; }

    /// <summary>A token, or the echo of one.</summary>
    public ReadOnlySpan<byte> Token { get; init; }

    /// <summary>The id of a circuit that is there now.</summary>
    public ulong Circuit { get; init; }

    public ReadOnlySpan<byte> Key { get; init; }

    public ulong Counter { get; init; }

    /// <summary>Time left, in seconds.</summary>
    public uint Seconds { get; init; }

    /// <summary>A refusal, or whether renewal is asked for.</summary>
    public byte Code { get; init; }

    public ReadOnlySpan<byte> Tag { get; init; }

    private static ReadOnlySpan<byte> TagLabel => "kith relay keep v1\0"u8;

    /// <summary>Whether a datagram's outermost key is this protocol's.</summary>
    public static bool IsKey(ReadOnlySpan<byte> key) => key.SequenceEqual("relay"u8);

    /// <summary>Reads a datagram; false for anything that is not a whole message of a known type.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out RelayMessage message)
    {
        message = default;
        var reader = new BencodeReader(datagram);
        ReadOnlySpan<byte> body = default;
        if (!reader.TryReadDictionary())
            return false;
        while (reader.Next == BencodeKind.Bytes)
        {
            if (!reader.TryReadBytes(out var key))
                return false;
            if (!IsKey(key))
            {
                if (!reader.TrySkip())
                    return false;
            }
            else if (!body.IsEmpty || !reader.TryReadBytes(out body) || body.Length > MaxSize)
            {
                return false;
            }
        }

        return reader.TryReadEnd() && reader.IsAtEnd && TryReadBody(body, out message);
    }

    /// <summary>Writes the datagram; returns what was written.</summary>
    /// <param name="destination">At least <see cref="MaxDatagram"/> bytes.</param>
    public ReadOnlySpan<byte> Write(Span<byte> destination)
    {
        Span<byte> body = stackalloc byte[MaxSize];
        var length = 0;
        body[length++] = (byte)Type;
        Put(body, ref length, Id);
        switch (Type)
        {
            case RelayMessageType.Open:
                Put(body, ref length, Handle, RelayLimits.HandleSize);
                Put(body, ref length, Token, AddressTokens.Size);
                break;
            case RelayMessageType.Challenge or RelayMessageType.Accept:
                Put(body, ref length, Token, AddressTokens.Size);
                break;
            case RelayMessageType.Offer:
                Put(body, ref length, Handle, RelayLimits.HandleSize);
                break;
            case RelayMessageType.Opened:
                Put(body, ref length, Token, AddressTokens.Size);
                Put(body, ref length, Circuit);
                Put(body, ref length, Key, KeySize);
                Put(body, ref length, Seconds);
                break;
            case RelayMessageType.Keep:
                Put(body, ref length, Counter);
                Put(body, ref length, Token, AddressTokens.Size);
                body[length++] = Code;
                Put(body, ref length, Tag, TagSize);
                break;
            case RelayMessageType.Kept:
                Put(body, ref length, Counter);
                Put(body, ref length, Seconds);
                break;
            case RelayMessageType.Refuse or RelayMessageType.Close:
                body[length++] = Code;
                break;
            case RelayMessageType.Moved or RelayMessageType.None:
            default:
                break;
        }

        var writer = new BencodeWriter(destination);
        writer.BeginDictionary();
        writer.WriteEntry("relay"u8, body[..length]);
        writer.End();
        return destination[..writer.Length];
    }

    /// <summary>The tag of a Keep under a circuit's key, <see cref="TagSize"/> bytes.</summary>
    public static void Authenticate(ReadOnlySpan<byte> key, ulong id, ulong counter, ReadOnlySpan<byte> token, byte code, Span<byte> tag)
    {
        Span<byte> input = stackalloc byte[64], whole = stackalloc byte[HmacSha256.HashSize];
        TagLabel.CopyTo(input);
        var length = TagLabel.Length;
        Put(input, ref length, id);
        Put(input, ref length, counter);
        Put(input, ref length, token, AddressTokens.Size);
        input[length++] = code;
        HmacSha256.Hash(key, input[..length], whole);
        whole[..TagSize].CopyTo(tag);
    }

    private static bool TryReadBody(ReadOnlySpan<byte> body, out RelayMessage message)
    {
        message = default;
        if (body.Length < 1 + sizeof(ulong) || body.Length < SizeOf((RelayMessageType)body[0]))
            return false;
        var type = (RelayMessageType)body[0];
        var id = BinaryPrimitives.ReadUInt64BigEndian(body[1..]);
        var rest = body[(1 + sizeof(ulong))..];
        const int TokenSize = AddressTokens.Size;
        message = type switch
        {
            RelayMessageType.Open => new() { Type = type, Id = id, Handle = rest[..RelayLimits.HandleSize], Token = rest.Slice(RelayLimits.HandleSize, TokenSize) },
            RelayMessageType.Challenge or RelayMessageType.Accept => new() { Type = type, Id = id, Token = rest[..TokenSize] },
            RelayMessageType.Offer => new() { Type = type, Id = id, Handle = rest[..RelayLimits.HandleSize] },
            RelayMessageType.Opened => new()
            {
                Type = type,
                Id = id,
                Token = rest[..TokenSize],
                Circuit = BinaryPrimitives.ReadUInt64BigEndian(rest[TokenSize..]),
                Key = rest.Slice(TokenSize + sizeof(ulong), KeySize),
                Seconds = BinaryPrimitives.ReadUInt32BigEndian(rest[(TokenSize + sizeof(ulong) + KeySize)..]),
            },
            RelayMessageType.Keep => new()
            {
                Type = type,
                Id = id,
                Counter = BinaryPrimitives.ReadUInt64BigEndian(rest),
                Token = rest.Slice(sizeof(ulong), TokenSize),
                Code = rest[sizeof(ulong) + TokenSize],
                Tag = rest.Slice(sizeof(ulong) + TokenSize + 1, TagSize),
            },
            RelayMessageType.Kept => new()
            {
                Type = type,
                Id = id,
                Counter = BinaryPrimitives.ReadUInt64BigEndian(rest),
                Seconds = BinaryPrimitives.ReadUInt32BigEndian(rest[sizeof(ulong)..]),
            },
            RelayMessageType.Refuse or RelayMessageType.Close => new() { Type = type, Id = id, Code = rest[0] },
            _ => new() { Type = type, Id = id },
        };
        return true;
    }

    // Of a whole message; more than any for a type that we do not know.
    private static int SizeOf(RelayMessageType type)
    {
        const int Head = 1 + sizeof(ulong);
        return type switch
        {
            RelayMessageType.Open => Head + RelayLimits.HandleSize + AddressTokens.Size,
            RelayMessageType.Challenge or RelayMessageType.Accept => Head + AddressTokens.Size,
            RelayMessageType.Offer => Head + RelayLimits.HandleSize,
            RelayMessageType.Opened => Head + AddressTokens.Size + sizeof(ulong) + KeySize + sizeof(uint),
            RelayMessageType.Keep => Head + sizeof(ulong) + AddressTokens.Size + 1 + TagSize,
            RelayMessageType.Kept => Head + sizeof(ulong) + sizeof(uint),
            RelayMessageType.Refuse or RelayMessageType.Close => Head + 1,
            RelayMessageType.Moved => Head,
            _ => int.MaxValue,
        };
    }

    private static void Put(Span<byte> body, ref int length, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(body[length..], value);
        length += sizeof(ulong);
    }

    private static void Put(Span<byte> body, ref int length, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(body[length..], value);
        length += sizeof(uint);
    }

    // A field that was not given is zeroes.
    private static void Put(Span<byte> body, ref int length, ReadOnlySpan<byte> value, int size)
    {
        body.Slice(length, size).Clear();
        value.CopyTo(body[length..]);
        length += size;
    }
}
