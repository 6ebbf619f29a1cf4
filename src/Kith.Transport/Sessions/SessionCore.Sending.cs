using Kith.Transport.Frames;

namespace Kith.Transport.Sessions;

/// <summary>What goes out: control frames first, then datagrams, then the streams in turn, a record at a time.</summary>
internal sealed partial class SessionCore
{
    /// <summary>A stream's turn is not spent on the last few bytes of a record: its header and at least one byte fit in this.</summary>
    private const int LeastStreamRoom = 16;

    private readonly Queue<byte[]> _datagrams = new();

    private ulong _sent;
    private ulong _sendLimit;
    private bool _maxDataPending;

    /// <summary>Something may be waiting to be sent (it may still turn out to be blocked by flow control).</summary>
    public bool HasOutput => State == SessionState.Closing || _streams.HasOutput || _datagrams.Count > 0 || _maxDataPending || _pong is not null || _pingDue;

    /// <summary>Writes the plaintext of the next record; 0 when there is nothing that may be sent.</summary>
    /// <param name="destination">At least <see cref="SessionLimits.MaxRecordPlaintext"/> bytes.</param>
    /// <param name="now">The time.</param>
    public int WriteRecord(Span<byte> destination, TimeSpan now)
    {
        if (State == SessionState.Ended)
            return 0;
        var writer = new FrameWriter(destination[..SessionLimits.MaxRecordPlaintext]);
        if (State == SessionState.Open || _flushBeforeClose)
            WriteFrames(ref writer, now);
        if (State == SessionState.Closing && writer.Length == 0)
        {
            writer.TryWriteClose(Close!.Code, Close.Reason);
            State = SessionState.Ended;
            ReleaseStreams();
        }

        return writer.Length;
    }

    private void WriteFrames(ref FrameWriter writer, TimeSpan now)
    {
        WriteProbes(ref writer, now);
        if (_maxDataPending && writer.TryWriteMaxData(_receiveLimit))
            _maxDataPending = false;
        if (_streams.IsRaised && writer.TryWriteMaxStreams(_streams.RemoteAllowed))
            _streams.IsRaised = false;
        while (_streams.ToOpen.TryPeek(out var stream) && writer.TryWriteOpen(stream.Number, stream.Kind))
            _streams.ToOpen.Dequeue();
        // A stream must not be reset or sent on before it is open at the other side, nor sent on after its reset was written.
        while (_streams.ToOpen.Count == 0 && _streams.Controls.TryPeek(out var stream) && TryWriteControl(ref writer, stream))
        {
            _streams.Controls.Dequeue();
            stream.HasControl = false;
            RetireIfOver(stream);
        }

        while (_datagrams.TryPeek(out var datagram) && writer.TryWriteDatagram(datagram))
            _datagrams.Dequeue();
        if (_streams.ToOpen.Count == 0)
            WriteStreams(ref writer);
    }

    private static bool TryWriteControl(ref FrameWriter writer, SessionStream stream)
    {
        var (send, receive) = (stream.Send, stream.Receive);
        if (send.PendingReset is { } code && !send.IsEnded)
        {
            if (!writer.TryWriteReset(stream.Number, code, send.Offset))
                return false;
            send.IsEnded = true;
        }

        if (receive.PendingStop is { } stop)
        {
            if (!receive.IsEnded && !writer.TryWriteStopSending(stream.Number, stop))
                return false;
            receive.PendingStop = null;
        }

        if (receive.LimitPending)
        {
            if (!receive.IsEnded && !receive.IsDone && !writer.TryWriteMaxStreamData(stream.Number, receive.Limit))
                return false;
            receive.LimitPending = false;
        }

        return true;
    }

    private void WriteStreams(ref FrameWriter writer)
    {
        // Each ready stream gets its turn at most once a record; one that has more goes to the end of the queue.
        for (var turns = _streams.Ready.Count; turns > 0 && writer.Space >= LeastStreamRoom; turns--)
        {
            var stream = _streams.Ready.Dequeue();
            stream.Send.IsReady = false;
            if (stream.Send.IsOpen && WriteStream(ref writer, stream))
                _streams.MarkReady(stream);
        }
    }

    // True when the stream has more that waits for room in a record or for the session's limit; its own limit wakes it by itself.
    private bool WriteStream(ref FrameWriter writer, SessionStream stream)
    {
        var send = stream.Send;
        if (!send.Pipe.Reader.TryRead(out var read))
            return false;
        var buffer = read.Buffer;
        var allowed = Math.Min(send.Limit - send.Offset, _sendLimit - _sent);
        var count = (int)Math.Min((ulong)Math.Min(buffer.Length, writer.StreamSpace(stream.Number)), allowed);
        var end = read.IsCompleted && count == buffer.Length;
        var written = (count > 0 || end) && writer.TryWriteStream(stream.Number, buffer, count, end);
        if (!written)
            count = 0;
        var left = buffer.Length - count;
        send.Pipe.Reader.AdvanceTo(buffer.GetPosition(count)); // what is left is not examined: the next turn finds it again
        send.Offset += (ulong)count;
        _sent += (ulong)count;
        if (written && end)
        {
            send.IsEnded = true;
            RetireIfOver(stream);
            return false;
        }

        return (left > 0 && send.Limit > send.Offset) || (!written && end);
    }
}
