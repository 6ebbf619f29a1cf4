using System.Buffers;

namespace Kith.Transport.Connections;

/// <summary>
/// Bytes of a stream by their offset, in rented pieces: what is sent and not acknowledged, or came before what precedes it. A place is found at once,
/// whatever the window; pieces are rented when first written and go back when everything below an offset is released.
/// </summary>
internal sealed class StreamChunks
{
    private const int ChunkBits = 14;
    private const int ChunkSize = 1 << ChunkBits;
    private const int ChunkMask = ChunkSize - 1;
    private const int FirstCapacity = 4;

    private byte[]?[] _ring = [];
    private ulong _first; // number of the first chunk that the ring may hold
    private int _head; // its place
    private int _held;

    /// <summary>Copies bytes in; nothing below what was released.</summary>
    public void Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var place = SpanAt(offset, bytes.Length);
            bytes[..place.Length].CopyTo(place);
            bytes = bytes[place.Length..];
            offset += (ulong)place.Length;
        }
    }

    /// <summary>Copies bytes out that were written before.</summary>
    public void Read(ulong offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var place = SpanAt(offset, destination.Length);
            place.CopyTo(destination);
            destination = destination[place.Length..];
            offset += (ulong)place.Length;
        }
    }

    /// <summary>Where the bytes from an offset lie, up to the end of their piece or the count.</summary>
    public Span<byte> SpanAt(ulong offset, int count)
    {
        var chunk = offset >> ChunkBits;
        if (_held == 0)
            (_first, _head) = (chunk, 0);
        else if (chunk < _first)
            MakeFirst(chunk);
        var distance = chunk - _first;
        if (distance >= (ulong)_ring.Length)
            Grow((int)distance + 1);
        ref var buffer = ref _ring[(_head + (int)distance) & (_ring.Length - 1)];
        if (buffer is null)
        {
            buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
            _held++;
        }

        var start = (int)(offset & ChunkMask);
        return buffer.AsSpan(start, Math.Min(count, ChunkSize - start));
    }

    /// <summary>Gives back every piece that lies wholly below the offset; with nothing at or above it, all.</summary>
    public void ReleaseBelow(ulong offset, ulong end)
    {
        var keep = offset >= end ? ulong.MaxValue : offset >> ChunkBits;
        while (_held > 0 && _first < keep)
        {
            Return(_head);
            _head = (_head + 1) & (_ring.Length - 1);
            _first++;
        }
    }

    public void Clear()
    {
        for (var i = 0; i < _ring.Length; i++)
            Return(i);
        _ring = [];
    }

    private void Return(int place)
    {
        if (_ring[place] is not { } buffer)
            return;
        _ring[place] = null;
        _held--;
        ArrayPool<byte>.Shared.Return(buffer);
    }

    // Out of order the first chunk may come late.
    private void MakeFirst(ulong chunk)
    {
        var by = (int)(_first - chunk);
        Grow(_ring.Length + by);
        _head = (_head - by) & (_ring.Length - 1);
        _first = chunk;
    }

    private void Grow(int least)
    {
        var capacity = Math.Max(FirstCapacity, _ring.Length);
        while (capacity < least)
            capacity *= 2;
        if (capacity == _ring.Length)
            return;
        var ring = new byte[]?[capacity];
        for (var i = 0; i < _ring.Length; i++)
            ring[i] = _ring[(_head + i) & (_ring.Length - 1)];
        _ring = ring;
        _head = 0;
    }
}
