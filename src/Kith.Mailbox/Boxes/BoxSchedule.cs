using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>When a row of boxes goes from one period to the next: at an offset of the secret's own (docs/protocol/mailbox.md, "Box secrets and periods"). Times are unix milliseconds.</summary>
public readonly struct BoxSchedule
{
    private readonly long _length;
    private readonly long _offset;

    /// <summary>Derives the offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A period is less than a millisecond.</exception>
    public BoxSchedule(BoxSecret secret, TimeSpan period)
    {
        _length = (long)period.TotalMilliseconds;
        if (_length < 1)
            throw new ArgumentOutOfRangeException(nameof(period));
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Hkdf.DeriveKey(secret.Bytes, [], Label, bytes);
        _offset = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) % (ulong)_length);
    }

    private static ReadOnlySpan<byte> Label => "kith-box-offset-v1\0"u8;

    /// <summary>The number of the period that holds a time.</summary>
    public long IndexAt(long time) => Math.Max(0, time + _offset) / _length;

    /// <summary>When a period begins.</summary>
    public long StartOf(long index) => (index * _length) - _offset;
}
