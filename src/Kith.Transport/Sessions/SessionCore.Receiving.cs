using System.Buffers;
using System.Text;
using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Transport.Sessions;

/// <summary>What comes in. Whatever the other side may not send ends the session with the code that says so (RFC 9000 section 11.1).</summary>
internal sealed partial class SessionCore
{
    private ulong _received;
    private ulong _consumed;
    private ulong _receiveLimit;

    /// <summary>Takes the plaintext of one authentic record.</summary>
    public void Receive(ReadOnlySpan<byte> record, TimeSpan now, SessionEffects effects)
    {
        if (State != SessionState.Open)
            return;
        _lastReceived = now;
        if (record.IsEmpty)
        {
            Refuse(SessionErrorCode.RecordInvalid, "a record without a frame", now, effects);
            return;
        }

        var reader = new WireReader(record);
        while (!reader.IsAtEnd && State == SessionState.Open)
        {
            if (!Frame.TryRead(ref reader, out var frame))
            {
                Refuse(SessionErrorCode.FrameEncoding, "a frame that cannot be read", now, effects);
                return;
            }

            var error = Handle(frame, now, effects);
            if (error != SessionErrorCode.None)
                Refuse(error, $"refused a {frame.Type} frame", now, effects);
        }
    }

    private SessionErrorCode Handle(in Frame frame, TimeSpan now, SessionEffects effects)
    {
        switch (frame.Type)
        {
            case FrameType.Ping:
                _pong = frame.Value; // one answer waits at most: a flood of pings is answered by its last
                return SessionErrorCode.None;
            case FrameType.Pong:
                HandlePong(frame.Value, now);
                return SessionErrorCode.None;
            case FrameType.OpenStream:
                return HandleOpen(frame, effects);
            case FrameType.Stream or FrameType.StreamFin:
                return HandleStream(frame, effects);
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
            case FrameType.Close:
                End(new SessionClose((SessionErrorCode)frame.Code, ByRemote: true, Encoding.UTF8.GetString(frame.Data)), effects);
                return SessionErrorCode.None;
            default:
                return SessionErrorCode.None; // padding
        }
    }

    private SessionErrorCode HandleOpen(in Frame frame, SessionEffects effects)
    {
        // Streams are opened in the order of their numbers, none left out: this carrier is ordered.
        if (_streams.IsLocal(frame.StreamId) || frame.StreamId >> 1 != _streams.RemoteOpened)
            return SessionErrorCode.StreamState;
        if (_streams.RemoteOpened >= _streams.RemoteAllowed)
            return SessionErrorCode.StreamLimit;
        effects.Accept(_streams.OpenRemote(_owner, new StreamKind((ushort)frame.Value)));
        return SessionErrorCode.None;
    }

    private SessionErrorCode HandleStream(in Frame frame, SessionEffects effects)
    {
        if (!_streams.TryFind(frame.StreamId, out var stream) || stream.Receive.IsEnded)
            return SessionErrorCode.StreamState;
        var receive = stream.Receive;
        var length = (ulong)frame.Data.Length;
        if (length > receive.Limit - receive.Offset || length > _receiveLimit - _received)
            return SessionErrorCode.FlowControl;
        receive.Offset += length;
        _received += length;
        receive.IsEnded = frame.Type == FrameType.StreamFin;
        if (receive.IsDone)
        {
            // Nobody reads it: the session's window must not suffer.
            Credit(stream, length);
            RetireIfOver(stream);
            return SessionErrorCode.None;
        }

        if (length > 0)
        {
            receive.Pipe.Writer.Write(frame.Data);
            effects.Wake(stream);
        }

        if (receive.IsEnded)
            EndInput(stream, effects);
        return SessionErrorCode.None;
    }

    private SessionErrorCode HandleReset(in Frame frame, SessionEffects effects)
    {
        if (!_streams.TryFind(frame.StreamId, out var stream) || stream.Receive.IsEnded)
            return SessionErrorCode.StreamState;
        // RFC 9000 section 4.5. On an ordered carrier everything sent has arrived.
        if (frame.Value != stream.Receive.Offset)
            return SessionErrorCode.FinalSize;
        stream.Receive.IsEnded = true;
        stream.FailInput(new StreamException(frame.Code, byRemote: true));
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

    private SessionErrorCode HandleStopSending(in Frame frame)
    {
        if (_streams.TryFind(frame.StreamId, out var stream))
            ResetOutput(stream, frame.Code, byRemote: true);
        else if (!_streams.WasOpened(frame.StreamId))
            return SessionErrorCode.StreamState;
        return SessionErrorCode.None;
    }

    private SessionErrorCode HandleMaxStreamData(in Frame frame)
    {
        if (_streams.TryFind(frame.StreamId, out var stream))
        {
            stream.Send.Limit = Math.Max(stream.Send.Limit, frame.Value);
            Flushed(stream);
        }
        else if (!_streams.WasOpened(frame.StreamId))
        {
            return SessionErrorCode.StreamState;
        }

        return SessionErrorCode.None;
    }

    private void Credit(SessionStream stream, ulong bytes)
    {
        var receive = stream.Receive;
        receive.Consumed += bytes;
        _consumed += bytes;
        if (!receive.IsEnded && !receive.IsDone && receive.Limit - receive.Consumed <= receive.Window / 2)
        {
            receive.Limit = receive.Consumed + receive.Window;
            receive.LimitPending = true;
            _streams.MarkControl(stream);
        }

        if (_receiveLimit - _consumed <= _local.MaxData / 2)
        {
            _receiveLimit = _consumed + _local.MaxData;
            _maxDataPending = true;
        }
    }
}
