using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Kith.Wire;

/// <summary>
/// Writes what <see cref="WireReader"/> reads into a buffer that grows, rented from the shared pool. The buffer is zeroed when it goes back,
/// since what is written may be content. Not for several threads. Dispose it, or the buffer is lost to the pool (nothing worse).
/// </summary>
public sealed class WireWriter : IBufferWriter<byte>, IDisposable
{
    private const int DefaultCapacity = 256;

    private byte[] _buffer;

    /// <summary>A writer with room for <paramref name="capacity"/> bytes before it first grows.</summary>
    public WireWriter(int capacity = DefaultCapacity) => _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 1));

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, Length);

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value) => Take(sizeof(byte))[0] = value;

    /// <summary>Writes two bytes, big-endian.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), value);

    /// <summary>Writes four bytes, big-endian.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(sizeof(uint)), value);

    /// <summary>Writes eight bytes, big-endian.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(sizeof(ulong)), value);

    /// <summary>Writes a variable-length integer (RFC 9000 section 16) in its shortest form.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is greater than <see cref="VarInt.MaxValue"/>.</exception>
    public void WriteVarInt(ulong value) => VarInt.Write(Take(VarInt.SizeOf(value)), value);

    /// <summary>Writes the bytes as they are.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes the length as a variable-length integer, then the bytes.</summary>
    public void WriteLengthPrefixed(ReadOnlySpan<byte> bytes)
    {
        WriteVarInt((ulong)bytes.Length);
        WriteBytes(bytes);
    }

    /// <summary>Writes an account id, <see cref="AccountId.Size"/> bytes.</summary>
    public void WriteAccountId(AccountId id) => id.CopyTo(Take(AccountId.Size));

    /// <summary>Writes a message id, <see cref="MessageId.Size"/> bytes.</summary>
    public void WriteMessageId(MessageId id) => id.CopyTo(Take(MessageId.Size));

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Forgets what was written and keeps the room.</summary>
    public void Clear() => Length = 0;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - Length);
        Length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(Length);
    }

    /// <summary>Zeroes the buffer and gives it back.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
            GiveBack(buffer);
        Length = 0;
    }

    private Span<byte> Take(int count)
    {
        Reserve(count);
        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    private void Reserve(int count)
    {
        if (count <= _buffer.Length - Length)
            return;
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        var wanted = checked(Length + count);
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max((long)wanted, 2L * _buffer.Length), Array.MaxLength));
        WrittenSpan.CopyTo(larger);
        var old = _buffer;
        _buffer = larger;
        GiveBack(old);
    }

    private static void GiveBack(byte[] buffer)
    {
        // Clear() may have left earlier bytes beyond the length: the whole buffer is wiped, not only what is in use.
        CryptographicOperations.ZeroMemory(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
