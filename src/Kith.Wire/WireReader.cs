using System.Buffers.Binary;

namespace Kith.Wire;

/// <summary>
/// Reads a byte span from front to back. Integers are big-endian. Nothing here throws on any input: a read that does not fit returns false,
/// sets its result to the default and consumes nothing.
/// </summary>
/// <param name="source">What is read.</param>
public ref struct WireReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Bytes read so far.</summary>
    public int Consumed { get; private set; }

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Remaining => _source[Consumed..];

    /// <summary>True when everything has been read: a parser that needs the whole input checks it last.</summary>
    public readonly bool IsAtEnd => Consumed == _source.Length;

    /// <summary>Reads one byte.</summary>
    public bool TryReadByte(out byte value)
    {
        var ok = TryReadBytes(sizeof(byte), out var bytes);
        value = ok ? bytes[0] : default;
        return ok;
    }

    /// <summary>Reads two bytes, big-endian.</summary>
    public bool TryReadUInt16(out ushort value)
    {
        var ok = TryReadBytes(sizeof(ushort), out var bytes);
        value = ok ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : default;
        return ok;
    }

    /// <summary>Reads four bytes, big-endian.</summary>
    public bool TryReadUInt32(out uint value)
    {
        var ok = TryReadBytes(sizeof(uint), out var bytes);
        value = ok ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : default;
        return ok;
    }

    /// <summary>Reads eight bytes, big-endian.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        var ok = TryReadBytes(sizeof(ulong), out var bytes);
        value = ok ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : default;
        return ok;
    }

    /// <summary>Reads a variable-length integer (RFC 9000 section 16).</summary>
    public bool TryReadVarInt(out ulong value)
    {
        var ok = VarInt.TryRead(Remaining, out value, out var size);
        Consumed += size;
        return ok;
    }

    /// <summary>Reads a variable-length integer of at most <paramref name="max"/>; a greater one is refused.</summary>
    public bool TryReadVarInt(ulong max, out ulong value)
    {
        var ok = VarInt.TryRead(Remaining, out value, out var size) && value <= max;
        if (ok)
            Consumed += size;
        else
            value = 0;
        return ok;
    }

    /// <summary>Reads exactly <paramref name="count"/> bytes, without a copy. A negative count is refused.</summary>
    public bool TryReadBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        if (count < 0 || count > _source.Length - Consumed)
        {
            bytes = default;
            return false;
        }

        bytes = _source.Slice(Consumed, count);
        Consumed += count;
        return true;
    }

    /// <summary>Reads a variable-length integer and as many bytes as it says, without a copy; refused when it says more than <paramref name="max"/>.</summary>
    public bool TryReadLengthPrefixed(int max, out ReadOnlySpan<byte> bytes)
    {
        var start = Consumed;
        if (max >= 0 && TryReadVarInt((ulong)max, out var length) && TryReadBytes((int)length, out bytes))
            return true;
        Consumed = start;
        bytes = default;
        return false;
    }

    /// <summary>Reads an account id, <see cref="AccountId.Size"/> bytes.</summary>
    public bool TryReadAccountId(out AccountId id)
    {
        var ok = TryReadBytes(AccountId.Size, out var bytes);
        id = ok ? AccountId.FromBytes(bytes) : default;
        return ok;
    }

    /// <summary>Reads a message id, <see cref="MessageId.Size"/> bytes.</summary>
    public bool TryReadMessageId(out MessageId id)
    {
        var ok = TryReadBytes(MessageId.Size, out var bytes);
        id = ok ? MessageId.FromBytes(bytes) : default;
        return ok;
    }
}
