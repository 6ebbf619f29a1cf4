namespace Kith.Messaging.Signal;

/// <summary>
/// A bounded reader of the protobuf wire format (https://protobuf.dev/programming-guides/encoding/), for the two messages of the Signal protocol.
/// Groups are refused. No allocation: bytes are slices of the source.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> source)
{
    private const int MaxVarintBytes = 10;
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = source;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The next field's number and wire type.</summary>
    public bool TryReadTag(out int field, out int wireType)
    {
        field = wireType = 0;
        if (!TryReadVarint(out var tag) || tag > uint.MaxValue)
            return false;
        field = (int)(tag >> 3);
        wireType = (int)(tag & 7);
        return field > 0;
    }

    /// <summary>A uint32 field: the low 32 bits of a varint, as protobuf truncates.</summary>
    public bool TryReadUInt32(int wireType, out uint value)
    {
        var ok = TryReadVarint(out var wide) && wireType == Varint;
        value = (uint)wide;
        return ok;
    }

    /// <summary>A bytes field.</summary>
    public bool TryReadBytes(int wireType, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (wireType != LengthDelimited || !TryReadVarint(out var length) || length > (ulong)_rest.Length)
            return false;
        value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    /// <summary>Passes over an unknown field.</summary>
    public bool TrySkip(int wireType) => wireType switch
    {
        Varint => TryReadVarint(out _),
        Fixed64 => TrySkipBytes(8),
        LengthDelimited => TryReadBytes(wireType, out _),
        Fixed32 => TrySkipBytes(4),
        _ => false,
    };

    private bool TrySkipBytes(int count)
    {
        if (_rest.Length < count)
            return false;
        _rest = _rest[count..];
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < MaxVarintBytes && i < _rest.Length; i++)
        {
            var b = _rest[i];
            if (i == MaxVarintBytes - 1 && b > 1)
                return false;
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
