using System.Buffers;
using Kith.Transport.Frames;
using Kith.Transport.Sessions;

namespace Kith.Transport.Connections;

/// <summary>What goes out for streams: control frames first, then datagrams, then the streams in turn.</summary>
internal sealed partial class ConnectionStreams
{
    /// <summary>A stream's turn is not spent on the last few bytes of a packet.</summary>
    private const int LeastStreamRoom = 24;

    /// <summary>What is taken from a pipe at once, bytes.</summary>
    private const int TakeAtOnce = 64 * 1024;

    private readonly Queue<byte[]> _datagrams = new();

    private ulong _sent;
    private ulong _sendLimit;
    private bool _maxDataPending;

    /// <summary>Something may be waiting to be sent (it may still turn out to be blocked by flow control).</summary>
    public bool HasOutput => _streams.HasOutput || _datagrams.Count > 0 || _maxDataPending;

    /// <summary>Datagrams wait to be sent.</summary>
    public bool HasDatagram => _datagrams.Count > 0;

    /// <summary>Whether this side ever sent a datagram.</summary>
    public bool UsesDatagrams { get; private set; }

    /// <summary>Queues a datagram; false when it is dropped.</summary>
    public bool TryQueueDatagram(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > SessionLimits.MaxDatagramSize || _datagrams.Count >= SessionLimits.MaxQueuedDatagrams)
            return false;
        UsesDatagrams = true;
        _datagrams.Enqueue(datagram.ToArray());
        return true;
    }

    /// <summary>Writes what fits into a packet and notes it there; whether a datagram is in it.</summary>
    public bool Write(ref FrameWriter writer, SentContent sent)
    {
        if (_maxDataPending && writer.TryWriteMaxData(_receiveLimit))
        {
            _maxDataPending = false;
            sent.Add(new SentFrame { Kind = SentKind.MaxData });
        }

        if (_streams.IsRaised && writer.TryWriteMaxStreams(_streams.RemoteAllowed))
        {
            _streams.IsRaised = false;
            sent.Add(new SentFrame { Kind = SentKind.MaxStreams });
        }

        while (_streams.ToOpen.TryPeek(out var stream) && writer.TryWriteOpen(stream.Number, stream.Kind))
        {
            _streams.ToOpen.Dequeue();
            stream.Transfer!.IsOpenPending = false;
            sent.Add(new SentFrame { Kind = SentKind.Open, Stream = stream });
        }

        while (_streams.Controls.TryPeek(out var stream) && TryWriteControl(ref writer, stream, sent))
        {
            _streams.Controls.Dequeue();
            stream.HasControl = false;
        }

        var hasDatagram = false;
        while (_datagrams.TryPeek(out var datagram) && writer.TryWriteDatagram(datagram))
        {
            hasDatagram = true;
            _datagrams.Dequeue();
            sent.Add(new SentFrame { Kind = SentKind.Other });
        }

        WriteStreams(ref writer, sent);
        return hasDatagram;
    }

    /// <summary>A frame has arrived.</summary>
    public void Acknowledged(in SentFrame frame)
    {
        var stream = frame.Stream;
        if (stream is null || stream.IsRetired)
            return;
        var transfer = stream.Transfer!;
        if (frame.Kind == SentKind.Reset)
        {
            transfer.IsResetAcknowledged = true;
        }
        else if (frame.Kind == SentKind.Stream)
        {
            transfer.IsEndAcknowledged |= frame.IsFin;
            transfer.IsEndLost &= !frame.IsFin;
            var end = frame.Value + (ulong)frame.Length;
            transfer.Acknowledged.Add(frame.Value, end);
            if (transfer.Lost.Count > 0)
                transfer.Lost.Remove(frame.Value, end);
            if (transfer.Acknowledged.Count > 0 && transfer.Acknowledged[0].Start == 0 && transfer.Acknowledged[0].End > transfer.AcknowledgedTo)
            {
                transfer.AcknowledgedTo = transfer.Acknowledged[0].End;
                transfer.Unacknowledged.ReleaseBelow(transfer.AcknowledgedTo, transfer.Taken);
            }
        }
        else
        {
            return;
        }

        RetireIfOver(stream);
    }

    /// <summary>A frame was lost: what it said is said again, as it is now.</summary>
    public void Lost(in SentFrame frame)
    {
        switch (frame.Kind)
        {
            case SentKind.MaxData:
                _maxDataPending = true;
                return;
            case SentKind.MaxStreams:
                _streams.IsRaised = true;
                return;
        }

        if (frame.Stream is not { IsRetired: false } stream)
            return;
        var (receive, transfer) = (stream.Receive, stream.Transfer!);
        switch (frame.Kind)
        {
            case SentKind.Stream:
                LoseData(stream, frame);
                break;
            case SentKind.Open when !transfer.IsOpenPending:
                transfer.IsOpenPending = true;
                _streams.ToOpen.Enqueue(stream);
                break;
            case SentKind.Reset when !transfer.IsResetAcknowledged:
                transfer.IsResetSent = false;
                _streams.MarkControl(stream);
                break;
            case SentKind.Stop when !receive.IsEnded:
                receive.PendingStop ??= frame.Value;
                _streams.MarkControl(stream);
                break;
            case SentKind.MaxStreamData when !receive.IsEnded && !receive.IsDone:
                receive.LimitPending = true;
                _streams.MarkControl(stream);
                break;
        }
    }

    private void LoseData(SessionStream stream, in SentFrame frame)
    {
        var transfer = stream.Transfer!;
        if (stream.Send.PendingReset is not null)
            return;
        var end = frame.Value + (ulong)frame.Length;
        transfer.Lost.Add(Math.Max(frame.Value, transfer.AcknowledgedTo), end);
        transfer.Lost.RemoveAllOf(transfer.Acknowledged, frame.Value, end);
        transfer.IsEndLost |= frame.IsFin && !transfer.IsEndAcknowledged;
        if (transfer.Lost.Count > 0 || transfer.IsEndLost)
            _streams.MarkReady(stream);
    }

    private static bool TryWriteControl(ref FrameWriter writer, SessionStream stream, SentContent sent)
    {
        var (send, receive, transfer) = (stream.Send, stream.Receive, stream.Transfer!);
        if (send.PendingReset is { } code && !transfer.IsResetSent)
        {
            if (!writer.TryWriteReset(stream.Number, code, send.Offset))
                return false;
            transfer.IsResetSent = true;
            send.IsEnded = true;
            sent.Add(new SentFrame { Kind = SentKind.Reset, Stream = stream });
        }

        if (receive.PendingStop is { } stop)
        {
            if (!receive.IsEnded)
            {
                if (!writer.TryWriteStopSending(stream.Number, stop))
                    return false;
                sent.Add(new SentFrame { Kind = SentKind.Stop, Stream = stream, Value = stop });
            }

            receive.PendingStop = null;
        }

        if (receive.LimitPending)
        {
            if (!receive.IsEnded && !receive.IsDone)
            {
                if (!writer.TryWriteMaxStreamData(stream.Number, receive.Limit))
                    return false;
                sent.Add(new SentFrame { Kind = SentKind.MaxStreamData, Stream = stream });
            }

            receive.LimitPending = false;
        }

        return true;
    }

    private void WriteStreams(ref FrameWriter writer, SentContent sent)
    {
        // Each ready stream gets its turn at most once a packet; one that has more goes to the end of the queue.
        for (var turns = _streams.Ready.Count; turns > 0 && writer.Space >= LeastStreamRoom; turns--)
        {
            var stream = _streams.Ready.Dequeue();
            stream.Send.IsReady = false;
            if (!stream.IsRetired && stream.Send.PendingReset is null && WriteStream(ref writer, stream, sent))
                _streams.MarkReady(stream);
        }
    }

    // True when the stream has more that waits for room in a packet or for the connection's limit; its own limit wakes it by itself.
    private bool WriteStream(ref FrameWriter writer, SessionStream stream, SentContent sent)
    {
        var (send, transfer) = (stream.Send, stream.Transfer!);
        while (transfer.Lost.Count > 0)
        {
            if (writer.Space < LeastStreamRoom)
                return true;
            var (start, end) = transfer.Lost[0];
            var isLast = transfer.IsEndLost && end == transfer.Taken;
            var count = WriteData(ref writer, stream, start, end - start, isLast, sent);
            transfer.Lost.Remove(start, start + (ulong)count);
            if (isLast && start + (ulong)count == end)
                transfer.IsEndLost = false;
        }

        if (transfer.IsEndLost && transfer.Taken == send.Offset)
        {
            if (writer.Space < LeastStreamRoom)
                return true;
            WriteData(ref writer, stream, send.Offset, 0, isLast: true, sent);
            transfer.IsEndLost = false;
        }

        return send.IsOpen && WriteNew(ref writer, stream, sent);
    }

    private bool WriteNew(ref FrameWriter writer, SessionStream stream, SentContent sent)
    {
        var (send, transfer) = (stream.Send, stream.Transfer!);
        if (writer.Space < LeastStreamRoom)
            return true;
        if (transfer.Taken == send.Offset && !transfer.IsEndTaken)
            TakeFromPipe(stream);
        var available = transfer.Taken - send.Offset;
        var allowed = Math.Min(available, Math.Min(send.Limit - send.Offset, _sendLimit - _sent));
        var isLast = transfer.IsEndTaken && allowed == available;
        if (allowed == 0 && !isLast)
            return available > 0 && send.Limit > send.Offset;
        var count = (ulong)WriteData(ref writer, stream, send.Offset, allowed, isLast, sent);
        send.Offset += count;
        _sent += count;
        if (isLast && count == allowed)
        {
            send.IsEnded = true;
            return false;
        }

        return send.Limit > send.Offset;
    }

    // Writes at most so many bytes, and the end when all of them went in; returns how many did. There must be room for the header and something.
    private static int WriteData(ref FrameWriter writer, SessionStream stream, ulong offset, ulong most, bool isLast, SentContent sent)
    {
        // A frame that fills the packet needs no length (RFC 9000 section 19.8).
        var space = writer.StreamSpace(stream.Number, offset, withLength: false);
        var withLength = most < (ulong)space;
        var count = (int)Math.Min(most, (ulong)writer.StreamSpace(stream.Number, offset, withLength));
        var fin = isLast && (ulong)count == most;
        var data = writer.WriteStreamHeader(stream.Number, offset, count, withLength, fin);
        stream.Transfer!.Unacknowledged.Read(offset, data);
        sent.Add(new SentFrame { Kind = SentKind.Stream, Stream = stream, Value = offset, Length = count, IsFin = fin });
        return count;
    }

    private static void TakeFromPipe(SessionStream stream)
    {
        var (send, transfer) = (stream.Send, stream.Transfer!);
        if (send.IsReleased || !send.Pipe.Reader.TryRead(out var read))
            return;
        var buffer = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, TakeAtOnce));
        foreach (var part in buffer)
        {
            transfer.Unacknowledged.Write(transfer.Taken, part.Span);
            transfer.Taken += (ulong)part.Length;
        }

        transfer.IsEndTaken = read.IsCompleted && buffer.Length == read.Buffer.Length;
        send.Pipe.Reader.AdvanceTo(buffer.End);
    }
}
