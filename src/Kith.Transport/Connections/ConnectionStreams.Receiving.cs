using System.Buffers;
using Kith.Transport.Frames;
using Kith.Transport.Sessions;

namespace Kith.Transport.Connections;

/// <summary>What comes in for streams.</summary>
internal sealed partial class ConnectionStreams
{
    private ulong _received; // highest offsets of all streams together
    private ulong _consumed;
    private ulong _receiveLimit;
    private ulong _window;
    private TimeSpan _raisedAt;
    private TimeSpan _now;

    /// <summary>The smoothed round trip, for the windows' growth.</summary>
    public TimeSpan RoundTrip { get; set; }

    /// <summary>Takes a STREAM frame.</summary>
    public SessionErrorCode Receive(TimeSpan now, in PacketFrame frame, SessionEffects effects)
    {
        _now = now;
        var error = FindOrOpen(frame.StreamId, out var stream);
        if (error != SessionErrorCode.None || stream is null)
            return error; // a stream that is over: a repetition that came late
        var (receive, transfer) = (stream.Receive, stream.Transfer!);
        var end = frame.Value + (ulong)frame.Data.Length;
        error = CheckSize(transfer, end, frame.IsFin);
        if (error != SessionErrorCode.None || receive.IsEnded)
            return error;
        error = CountHighest(stream, end, out var added);
        if (error != SessionErrorCode.None)
            return error;
        if (frame.IsFin)
            transfer.FinalSize = end;
        if (receive.IsDone)
        {
            // Nobody reads it: the connection's window must not suffer.
            Credit(stream, added);
            GiveUpInput(stream);
            RetireIfOver(stream);
            return SessionErrorCode.None;
        }

        return Take(stream, frame.Value, frame.Data, effects);
    }

    /// <summary>Takes a frame that every carrier has.</summary>
    public SessionErrorCode Receive(TimeSpan now, in Frame frame, SessionEffects effects)
    {
        _now = now;
        switch (frame.Type)
        {
            case FrameType.OpenStream:
                return HandleOpen(frame, effects);
            case FrameType.ResetStream:
                return HandleReset(frame, effects);
            case FrameType.StopSending:
                return HandleStopSending(frame);
            case FrameType.MaxData:
                _sendLimit = Math.Max(_sendLimit, frame.Value); // a limit never shrinks (RFC 9000 section 19.9)
                return SessionErrorCode.None;
            case FrameType.MaxStreamData:
                return HandleMaxStreamData(frame);
            case FrameType.MaxStreams:
                _streams.Allow(frame.Value);
                effects.StreamsAllowed = true;
                return SessionErrorCode.None;
            case FrameType.Datagram:
                effects.Receive(frame.Data.ToArray());
                return SessionErrorCode.None;
            default:
                return SessionErrorCode.FrameEncoding;
        }
    }

    // RFC 9000 section 4.5: the size of the whole, once known, never changes, and nothing lies beyond it.
    private static SessionErrorCode CheckSize(StreamTransfer transfer, ulong end, bool isFinal)
    {
        if (transfer.FinalSize is { } size)
            return end > size || (isFinal && end != size) ? SessionErrorCode.FinalSize : SessionErrorCode.None;
        return isFinal && end < transfer.Highest ? SessionErrorCode.FinalSize : SessionErrorCode.None;
    }

    // RFC 9000 section 4.1: the highest offset of each stream counts, whether what lies below came or not.
    private SessionErrorCode CountHighest(SessionStream stream, ulong end, out ulong added)
    {
        var transfer = stream.Transfer!;
        added = end > transfer.Highest ? end - transfer.Highest : 0;
        if (added == 0)
            return SessionErrorCode.None;
        if (end > stream.Receive.Limit || added > _receiveLimit - _received)
            return SessionErrorCode.FlowControl;
        transfer.Highest = end;
        _received += added;
        return SessionErrorCode.None;
    }

    private SessionErrorCode Take(SessionStream stream, ulong offset, ReadOnlySpan<byte> data, SessionEffects effects)
    {
        var (receive, transfer) = (stream.Receive, stream.Transfer!);
        var end = offset + (ulong)data.Length;
        if (end > receive.Offset && offset <= receive.Offset)
        {
            receive.Pipe.Writer.Write(data[(int)(receive.Offset - offset)..]);
            receive.Offset = end;
            if (transfer.AheadRanges.Count > 0)
                TakeAhead(stream);
            effects.Wake(stream);
        }
        else if (end > receive.Offset && !transfer.AheadRanges.Contains(offset, end))
        {
            transfer.Ahead.Write(offset, data);
            transfer.AheadRanges.Add(offset, end);
            if (transfer.AheadRanges.Count > ConnectionLimits.MaxStreamGaps)
                return SessionErrorCode.FlowControl;
        }

        if (transfer.FinalSize == receive.Offset)
        {
            receive.IsEnded = true;
            EndInput(stream, effects);
        }

        return SessionErrorCode.None;
    }

    // The gap is filled: what waited behind it follows, as far as there is no other.
    private static void TakeAhead(SessionStream stream)
    {
        var (receive, transfer) = (stream.Receive, stream.Transfer!);
        while (transfer.AheadRanges.Count > 0 && transfer.AheadRanges[0].Start <= receive.Offset)
        {
            var (start, end) = transfer.AheadRanges[0];
            while (receive.Offset < end)
            {
                var bytes = transfer.Ahead.SpanAt(receive.Offset, (int)Math.Min(end - receive.Offset, int.MaxValue));
                receive.Pipe.Writer.Write(bytes);
                receive.Offset += (ulong)bytes.Length;
            }

            transfer.AheadRanges.Remove(start, end);
        }

        transfer.Ahead.ReleaseBelow(receive.Offset, transfer.AheadRanges.Count == 0 ? receive.Offset : transfer.Highest);
    }

    private SessionErrorCode HandleOpen(in Frame frame, SessionEffects effects)
    {
        if (_streams.IsLocal(frame.StreamId))
            return SessionErrorCode.StreamState;
        var error = FindOrOpen(frame.StreamId, out var stream);
        if (error != SessionErrorCode.None || stream is null || stream.Transfer!.IsAccepted)
            return error;
        stream.Kind = new StreamKind((ushort)frame.Value);
        stream.Transfer.IsAccepted = true;
        effects.Accept(stream);
        return SessionErrorCode.None;
    }

    private SessionErrorCode HandleReset(in Frame frame, SessionEffects effects)
    {
        var error = FindOrOpen(frame.StreamId, out var stream);
        if (error != SessionErrorCode.None || stream is null)
            return error;
        var (receive, transfer) = (stream.Receive, stream.Transfer!);
        error = CheckSize(transfer, frame.Value, isFinal: true);
        if (error != SessionErrorCode.None || receive.IsEnded)
            return error;
        error = CountHighest(stream, frame.Value, out var added);
        if (error != SessionErrorCode.None)
            return error;
        transfer.FinalSize = frame.Value;
        stream.FailInput(new StreamException(frame.Code, byRemote: true));
        // What will never be read is given back to the connection's window at once.
        CreditConnection(receive.IsDone ? added : frame.Value - receive.Offset);
        receive.IsEnded = true;
        transfer.Ahead.Clear();
        transfer.AheadRanges.Clear();
        EndInput(stream, effects);
        return SessionErrorCode.None;
    }

    private void EndInput(SessionStream stream, SessionEffects effects)
    {
        var receive = stream.Receive;
        receive.IsDone |= receive.Consumed == receive.Offset;
        effects.End(stream);
        RetireIfOver(stream);
    }

    // Nobody waits for what is missing: with the size known the direction has ended.
    private static void GiveUpInput(SessionStream stream)
    {
        var transfer = stream.Transfer!;
        transfer.Ahead.Clear();
        transfer.AheadRanges.Clear();
        stream.Receive.IsEnded |= transfer.FinalSize is not null;
    }

    private SessionErrorCode HandleStopSending(in Frame frame)
    {
        var error = FindOrOpen(frame.StreamId, out var stream);
        if (stream is not null)
            ResetOutput(stream, frame.Code, byRemote: true);
        return error;
    }

    private SessionErrorCode HandleMaxStreamData(in Frame frame)
    {
        var error = FindOrOpen(frame.StreamId, out var stream);
        if (stream is not null && frame.Value > stream.Send.Limit)
        {
            stream.Send.Limit = frame.Value;
            Flushed(stream);
        }

        return error;
    }

    private void Credit(SessionStream stream, ulong bytes)
    {
        var receive = stream.Receive;
        receive.Consumed += bytes;
        CreditConnection(bytes);
        if (receive.IsEnded || receive.IsDone || stream.Transfer!.FinalSize is not null || receive.Limit - receive.Consumed > receive.Window / 2)
            return;
        receive.Window = Grown(receive.Window, stream.Transfer.RaisedAt, (ulong)_options.MaxStreamWindow);
        stream.Transfer.RaisedAt = _now;
        receive.Limit = receive.Consumed + receive.Window;
        receive.LimitPending = true;
        _streams.MarkControl(stream);
        // One stream alone must be able to use its window.
        _window = Math.Min(Math.Max(_window, receive.Window + (receive.Window / 2)), (ulong)_options.MaxSessionWindow);
    }

    private void CreditConnection(ulong bytes)
    {
        _consumed += bytes;
        if (_receiveLimit - _consumed > _window / 2)
            return;
        _window = Grown(_window, _raisedAt, (ulong)_options.MaxSessionWindow);
        _raisedAt = _now;
        _receiveLimit = Math.Max(_receiveLimit, _consumed + _window);
        _maxDataPending = true;
    }

    // A window of which half was read within two round trips holds the sender back: it doubles, as other QUIC receivers do.
    private ulong Grown(ulong window, TimeSpan raisedAt, ulong limit) =>
        RoundTrip > TimeSpan.Zero && _now - raisedAt < 2 * RoundTrip ? Math.Max(window, Math.Min(2 * window, limit)) : window;
}
