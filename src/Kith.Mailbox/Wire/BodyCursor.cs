using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Wire;

/// <summary>Reads a frame's body from front to back, giving parts of it without copies. A read that does not fit returns false and consumes nothing.</summary>
internal ref struct BodyCursor(ReadOnlyMemory<byte> body)
{
    private readonly ReadOnlyMemory<byte> _body = body;
    private int _consumed;

    /// <summary>True when everything has been read.</summary>
    public readonly bool IsAtEnd => _consumed == _body.Length;

    /// <summary>What has been read.</summary>
    public readonly ReadOnlyMemory<byte> Before => _body[.._consumed];

    public bool TryReadBytes(int count, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (count < 0 || count > _body.Length - _consumed)
            return false;
        bytes = _body.Slice(_consumed, count);
        _consumed += count;
        return true;
    }

    public ReadOnlyMemory<byte> TakeRest()
    {
        var rest = _body[_consumed..];
        _consumed = _body.Length;
        return rest;
    }

    public bool TryReadByte(out byte value)
    {
        var ok = TryReadBytes(1, out var bytes);
        value = ok ? bytes.Span[0] : default;
        return ok;
    }

    public bool TryReadUInt32(out uint value)
    {
        var ok = TryReadBytes(sizeof(uint), out var bytes);
        value = ok ? BinaryPrimitives.ReadUInt32BigEndian(bytes.Span) : default;
        return ok;
    }

    public bool TryReadUInt64(out ulong value)
    {
        var ok = TryReadBytes(sizeof(ulong), out var bytes);
        value = ok ? BinaryPrimitives.ReadUInt64BigEndian(bytes.Span) : default;
        return ok;
    }

    /// <summary>Reads eight bytes that are a time or a place: what has the highest bit is neither.</summary>
    public bool TryReadInt64(out long value)
    {
        var ok = TryReadUInt64(out var unsigned) && unsigned <= long.MaxValue;
        value = ok ? (long)unsigned : default;
        return ok;
    }

    /// <summary>Reads a count (2 bytes) of at most <paramref name="max"/>.</summary>
    public bool TryReadCount(int max, out int count)
    {
        var ok = TryReadBytes(sizeof(ushort), out var bytes);
        count = ok ? BinaryPrimitives.ReadUInt16BigEndian(bytes.Span) : default;
        return ok && count <= max;
    }

    public bool TryReadHash(out ChunkHash hash)
    {
        var ok = TryReadBytes(ChunkHash.Size, out var bytes);
        hash = ok ? ChunkHash.FromBytes(bytes.Span) : default;
        return ok;
    }

    public bool TryReadHashes(int max, out IReadOnlyList<ChunkHash> hashes)
    {
        hashes = [];
        if (!TryReadCount(max, out var count) || !TryReadBytes(count * ChunkHash.Size, out var bytes))
            return false;
        var read = new ChunkHash[count];
        for (var i = 0; i < count; i++)
            read[i] = ChunkHash.FromBytes(bytes.Span.Slice(i * ChunkHash.Size, ChunkHash.Size));
        hashes = read;
        return true;
    }

    public bool TryReadBox([NotNullWhen(true)] out PublicBox? box)
    {
        box = null;
        return TryReadBytes(PublicBox.Size, out var bytes) && PublicBox.TryRead(bytes.Span, out box);
    }
}
