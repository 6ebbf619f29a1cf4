using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>
/// Which packets came: refuses one that came before, and says when and what to acknowledge (RFC 9000 section 13.2): every second one that asks for it, at once
/// when one is missing or late, or asks for it by a DATAGRAM alone after a silence, else within <see cref="ConnectionLimits.MaxAckDelay"/>.
/// </summary>
internal sealed class ReceivedPackets
{
    /// <summary>Ranges that are remembered; older ones count as received, and what belongs there is dropped.</summary>
    private const int MaxRanges = 64;

    private const int RangesInFrame = 32;
    private const int ElicitingPerAck = 2;

    private readonly RangeSet _numbers = new();
    private long _floor; // everything below counts as received
    private long _largest = -1;
    private TimeSpan _largestAt;
    private TimeSpan _elicitedAt = TimeSpan.MinValue; // when one last came that asks for it
    private int _unacknowledged;

    /// <summary>When an ACK is to be sent; null when none is.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>Something that was not acknowledged asks for it: an ACK may ride along with other frames.</summary>
    public bool IsPending => Due is not null;

    public bool IsNew(long number) => number >= _floor && !_numbers.Contains((ulong)number, (ulong)number + 1);

    /// <summary>A packet that is new has come.</summary>
    /// <param name="now">The time.</param>
    /// <param name="number">Its number.</param>
    /// <param name="isEliciting">Whether it asks for an ACK.</param>
    /// <param name="isLone">Whether nothing but a DATAGRAM does: no answer follows that an ACK could ride along with, so after a silence it goes at once, and wakes nobody a second time.</param>
    public void Add(TimeSpan now, long number, bool isEliciting, bool isLone = false)
    {
        var isLate = number < _largest;
        var isGap = number > _largest + 1;
        _numbers.Add((ulong)number, (ulong)number + 1);
        if (_numbers.Count > MaxRanges)
        {
            _floor = (long)_numbers[0].End;
            _numbers.Remove(0, (ulong)_floor);
        }

        if (number > _largest)
            (_largest, _largestAt) = (number, now);
        if (!isEliciting)
            return;
        var isAlone = isLone && now - ConnectionLimits.MaxAckDelay > _elicitedAt;
        _elicitedAt = now;
        if (++_unacknowledged >= ElicitingPerAck || isLate || isGap || isAlone)
            Due = now;
        else
            Due ??= now + ConnectionLimits.MaxAckDelay;
    }

    /// <summary>An ACK is wanted at once, whatever came.</summary>
    public void Hurry(TimeSpan now)
    {
        if (Due is not null)
            Due = now;
    }

    /// <summary>Writes an ACK frame (RFC 9000 section 19.3); false when it does not fit or nothing came. The largest number goes into the packet's notes.</summary>
    public bool TryWrite(TimeSpan now, ref FrameWriter writer, out long largest)
    {
        largest = _largest;
        var count = Math.Min(_numbers.Count, RangesInFrame);
        var room = writer.Rest;
        if (count == 0 || room.Length < 32)
            return false;
        var size = 0;
        room[size++] = (byte)FrameType.Ack;
        size += VarInt.Write(room[size..], (ulong)_largest);
        size += VarInt.Write(room[size..], (ulong)Math.Max(0, (now - _largestAt).TotalMicroseconds) >> ConnectionLimits.AckDelayExponent);
        var (start, end) = _numbers[_numbers.Count - 1];
        var countAt = size++;
        size += VarInt.Write(room[size..], end - start - 1);
        var written = 0;
        for (var i = _numbers.Count - 2; i >= 0 && written < count - 1 && room.Length - size >= 2 * VarInt.MaxSize; i--)
        {
            var gap = start - _numbers[i].End - 1;
            (start, end) = _numbers[i];
            size += VarInt.Write(room[size..], gap);
            size += VarInt.Write(room[size..], end - start - 1);
            written++;
        }

        room[countAt] = (byte)written;
        writer.Advance(size);
        Due = null;
        _unacknowledged = 0;
        return true;
    }

    /// <summary>The other side has an ACK with this largest number: what is far below need not be said again (RFC 9000 section 13.2.4).</summary>
    public void Confirmed(long largest)
    {
        if (largest < _floor || largest > _largest)
            return;
        _floor = largest + 1;
        _numbers.Remove(0, (ulong)_floor);
    }
}
