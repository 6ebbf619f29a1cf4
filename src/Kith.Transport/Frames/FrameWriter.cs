using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Kith.Wire;

namespace Kith.Transport.Frames;

/// <summary>
/// Writes frames into a record's plaintext. A frame that does not fit whole is not written and the method returns false: it goes into the next record.
/// </summary>
internal ref struct FrameWriter(Span<byte> destination)
{
    private const int TypeSize = 1;
    private const int ProbeSize = TypeSize + sizeof(ulong);

    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public readonly int Space => _destination.Length - Length;

    /// <summary>The most data that a STREAM frame of this stream can still take here; 0 when none.</summary>
    public readonly int StreamSpace(ulong id)
    {
        // The length's own size depends on the data: reckon with the size that the whole space would need.
        var header = TypeSize + VarInt.SizeOf(id) + VarInt.SizeOf((ulong)Math.Max(Space, 0));
        return Math.Max(Space - header, 0);
    }

    public bool TryWriteProbe(FrameType type, ulong value)
    {
        if (Space < ProbeSize)
            return false;
        WriteType(type);
        BinaryPrimitives.WriteUInt64BigEndian(_destination[Length..], value);
        Length += sizeof(ulong);
        return true;
    }

    public bool TryWriteReset(ulong id, ulong code, ulong finalSize) => TryWriteVarInts(FrameType.ResetStream, [id, code, finalSize]);

    public bool TryWriteStopSending(ulong id, ulong code) => TryWriteVarInts(FrameType.StopSending, [id, code]);

    public bool TryWriteOpen(ulong id, StreamKind kind) => TryWriteVarInts(FrameType.OpenStream, [id, kind.Value]);

    public bool TryWriteMaxData(ulong limit) => TryWriteVarInts(FrameType.MaxData, [limit]);

    public bool TryWriteMaxStreams(ulong limit) => TryWriteVarInts(FrameType.MaxStreams, [limit]);

    public bool TryWriteMaxStreamData(ulong id, ulong limit) => TryWriteVarInts(FrameType.MaxStreamData, [id, limit]);

    /// <summary>Writes the first <paramref name="count"/> bytes of the data, which <see cref="StreamSpace"/> said to fit (or none, for an end alone).</summary>
    public bool TryWriteStream(ulong id, in ReadOnlySequence<byte> data, int count, bool fin)
    {
        if (Space < TypeSize + VarInt.SizeOf(id) + VarInt.SizeOf((ulong)count) + count)
            return false;
        WriteType(fin ? FrameType.StreamFin : FrameType.Stream);
        WriteVarInt(id);
        WriteVarInt((ulong)count);
        data.Slice(0, count).CopyTo(_destination[Length..]);
        Length += count;
        return true;
    }

    public bool TryWriteDatagram(ReadOnlySpan<byte> data)
    {
        if (Space < TypeSize + VarInt.SizeOf((ulong)data.Length) + data.Length)
            return false;
        WriteType(FrameType.Datagram);
        WriteBytes(data);
        return true;
    }

    public bool TryWriteClose(SessionErrorCode code, string reason)
    {
        Span<byte> utf8 = stackalloc byte[SessionLimits.MaxCloseReason];
        Encoding.UTF8.TryGetBytes(reason, utf8, out var length); // a reason that is too long is left out: it is for logs alone
        if (Space < TypeSize + VarInt.SizeOf((uint)code) + VarInt.SizeOf((ulong)length) + length)
            return false;
        WriteType(FrameType.Close);
        WriteVarInt((uint)code);
        WriteBytes(utf8[..length]);
        return true;
    }

    // What only packets have (RFC 9000 section 19).

    public bool TryWritePing()
    {
        if (Space < TypeSize)
            return false;
        WriteType(FrameType.Ping);
        return true;
    }

    public bool TryWriteRetireConnectionId(ulong sequence) => TryWriteVarInts(FrameType.RetireConnectionId, [sequence]);

    public bool TryWriteNewConnectionId(ulong sequence, ulong retirePriorTo, ulong id, Bits128 token)
    {
        if (Space < TypeSize + VarInt.SizeOf(sequence) + VarInt.SizeOf(retirePriorTo) + (3 * sizeof(ulong)))
            return false;
        WriteType(FrameType.NewConnectionId);
        WriteVarInt(sequence);
        WriteVarInt(retirePriorTo);
        BinaryPrimitives.WriteUInt64BigEndian(_destination[Length..], id);
        token.CopyTo(_destination[(Length + sizeof(ulong))..]);
        Length += 3 * sizeof(ulong);
        return true;
    }

    /// <summary>The most data that a STREAM frame with an offset and a length can still take here; 0 when none.</summary>
    public readonly int StreamSpace(ulong id, ulong offset, bool withLength)
    {
        var header = TypeSize + VarInt.SizeOf(id) + VarInt.SizeOf(offset) + (withLength ? VarInt.SizeOf((ulong)Math.Max(Space, 0)) : 0);
        return Math.Max(Space - header, 0);
    }

    /// <summary>Writes a STREAM frame's header with an offset; the caller puts <paramref name="count"/> bytes into what is returned. Without a length it must be the packet's last.</summary>
    public Span<byte> WriteStreamHeader(ulong id, ulong offset, int count, bool withLength, bool fin)
    {
        WriteType((FrameType)((byte)FrameType.StreamAt | (withLength ? 0x02 : 0) | (fin ? 0x01 : 0)));
        WriteVarInt(id);
        WriteVarInt(offset);
        if (withLength)
            WriteVarInt((ulong)count);
        var data = _destination.Slice(Length, count);
        Length += count;
        return data;
    }

    /// <summary>What is still free, for a frame that is written elsewhere; then <see cref="Advance"/>.</summary>
    public readonly Span<byte> Rest => _destination[Length..];

    public void Advance(int count) => Length += count;

    /// <summary>Fills up with padding to this length.</summary>
    public void PadTo(int length)
    {
        if (length <= Length)
            return;
        _destination[Length..length].Clear();
        Length = length;
    }

    private bool TryWriteVarInts(FrameType type, scoped ReadOnlySpan<ulong> values)
    {
        var size = TypeSize;
        foreach (var value in values)
            size += VarInt.SizeOf(value);
        if (Space < size)
            return false;
        WriteType(type);
        foreach (var value in values)
            WriteVarInt(value);
        return true;
    }

    private void WriteType(FrameType type) => _destination[Length++] = (byte)type;

    private void WriteVarInt(ulong value) => Length += VarInt.Write(_destination[Length..], value);

    private void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        WriteVarInt((ulong)bytes.Length);
        bytes.CopyTo(_destination[Length..]);
        Length += bytes.Length;
    }
}
