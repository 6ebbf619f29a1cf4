using System.Text;
using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>What comes in after the handshake. Whatever the other side may not send ends the connection with the code that says so (RFC 9000 section 11.1).</summary>
internal sealed partial class ConnectionCore
{
    private readonly RemoteIds _remoteIds = new();
    private readonly ReceivedPackets _receivedPackets = new();

    private PacketOpener? _opener;
    private long _largestOfPath = -1; // the highest number of a packet that is not a probe: its address is the other side's (RFC 9000 section 9.3)

    /// <summary>Takes a datagram; it is decrypted in place.</summary>
    public void Receive(TimeSpan now, Endpoint from, Span<byte> datagram, ConnectionEffects effects)
    {
        if (datagram.IsEmpty || State == ConnectionState.Ended)
            return;
        if (ShortHeader.Is(datagram[0]))
            ReceivePacket(now, from, datagram, datagram.Length, effects);
        else
            ReceiveLong(now, from, datagram, effects);
        ReportEnd(effects);
    }

    private void ReceivePacket(TimeSpan now, Endpoint from, Span<byte> packet, int datagramSize, ConnectionEffects effects)
    {
        if (packet.Length < ShortHeader.MinPacket || _opener is null)
        {
            TakeReset(packet, effects);
            return;
        }

        var id = ShortHeader.IdOf(packet);
        var generation = _opener.Generation;
        if (!_ids.Contains(id) || !_opener.TryOpen(packet, out var number, out var plaintext, out var reservedBits))
        {
            // RFC 9000 section 10.3.1: only what cannot be opened is looked at as a reset.
            if (!TakeReset(packet, effects))
                NoteForged(effects);
            return;
        }

        if (!_receivedPackets.IsNew(number))
        {
            _table.Counters.Duplicate();
            return;
        }

        if (State == ConnectionState.HalfOpen)
            Confirm(from, now, effects);
        _lastReceived = now;
        _final = null; // the other side has the keys
        _isConfirmed = true;
        if (_opener.Generation != generation)
            TurnPhase(now);
        if (State == ConnectionState.Closing)
        {
            ReceiveWhileClosing(plaintext, effects);
            return;
        }

        var path = NotePath(now, from, datagramSize);
        if (reservedBits || plaintext.IsEmpty)
        {
            Refuse(SessionErrorCode.RecordInvalid, "a packet with bits that must be zero, or without a frame", now, effects);
            return;
        }

        var (isEliciting, isProbe, isLone) = ReceiveFrames(now, path, plaintext, effects);
        _receivedPackets.Add(now, number, isEliciting, isLone);
        if (State != ConnectionState.Open || isProbe || number <= _largestOfPath)
            return;
        _largestOfPath = number;
        Follow(now, path, effects);
    }

    private (bool IsEliciting, bool IsProbe, bool IsLone) ReceiveFrames(TimeSpan now, ConnectionPath? path, ReadOnlySpan<byte> plaintext, ConnectionEffects effects)
    {
        var (isEliciting, isProbe, isLone) = (false, true, true);
        var reader = new WireReader(plaintext);
        while (!reader.IsAtEnd && State == ConnectionState.Open)
        {
            if (!PacketFrame.TryRead(ref reader, out var frame))
            {
                Refuse(SessionErrorCode.FrameEncoding, "a frame that cannot be read", now, effects);
                break;
            }

            var asks = frame.Type is not (FrameType.Padding or FrameType.Ack or FrameType.Close);
            isEliciting |= asks;
            isLone &= !asks || frame.Type == FrameType.Datagram;
            isProbe &= frame.Type is FrameType.Padding or FrameType.PathChallenge or FrameType.PathResponse or FrameType.NewConnectionId;
            var error = Handle(now, path, frame, effects);
            if (error != SessionErrorCode.None)
                Refuse(error, $"refused a {frame.Type} frame", now, effects);
        }

        return (isEliciting, isProbe, isLone);
    }

    private SessionErrorCode Handle(TimeSpan now, ConnectionPath? path, in PacketFrame frame, ConnectionEffects effects)
    {
        switch (frame.Type)
        {
            case FrameType.Padding or FrameType.Ping:
                return SessionErrorCode.None;
            case FrameType.Ack:
                return HandleAck(now, frame, effects);
            case FrameType.StreamAt or FrameType.StreamAtFin or FrameType.StreamAtLength or FrameType.StreamAtLengthFin:
                return _streams!.Receive(now, frame, effects);
            case FrameType.NewConnectionId:
                return HandleNewId(frame);
            case FrameType.RetireConnectionId:
                return HandleRetireId(frame);
            case FrameType.PathChallenge:
                HandleChallenge(path, frame.Value);
                return SessionErrorCode.None;
            case FrameType.PathResponse:
                HandlePathResponse(now, frame.Value, effects);
                return SessionErrorCode.None;
            case FrameType.Close:
                HandleClose(now, frame.Common, effects);
                return SessionErrorCode.None;
            default:
                return _streams!.Receive(now, frame.Common, effects);
        }
    }

    private SessionErrorCode HandleNewId(in PacketFrame frame)
    {
        // RFC 9000 section 19.15: first what is to go, then what comes.
        if (!_remoteIds.RetireBelow(frame.Second) || !_remoteIds.Add(new RemoteId(frame.Value, frame.Third, frame.Token)))
            return SessionErrorCode.StreamLimit;
        if (_remoteIds.Contains(frame.Value))
            Watch(frame.Token);
        UnwatchRetired();
        foreach (var path in _paths)
        {
            if (path.RemoteId.Sequence < frame.Second)
                path.RemoteId = _remoteIds.Take();
        }

        return SessionErrorCode.None;
    }

    private SessionErrorCode HandleRetireId(in PacketFrame frame)
    {
        if (!_ids.WasIssued(frame.Value))
            return SessionErrorCode.StreamState;
        if (_ids.Retire(frame.Value) && State == ConnectionState.Open)
            OfferIds();
        return SessionErrorCode.None;
    }

    private void HandleClose(TimeSpan now, in Frame frame, ConnectionEffects effects)
    {
        var close = new SessionClose((SessionErrorCode)frame.Code, ByRemote: true, Encoding.UTF8.GetString(frame.Data));
        BeginClose(close, flush: false, now, effects);
        _isDraining = true; // one CLOSE back, so that the other side need not wait (RFC 9000 section 10.2.2)
    }

    // Nothing counts any more but a CLOSE, and CLOSE is said again to whoever has not heard it.
    private void ReceiveWhileClosing(ReadOnlySpan<byte> plaintext, ConnectionEffects effects)
    {
        if (!_isCloseSent)
        {
            TakeAcksWhileClosing(plaintext, effects);
            return;
        }

        var reader = new WireReader(plaintext);
        while (!reader.IsAtEnd && PacketFrame.TryRead(ref reader, out var frame))
        {
            if (frame.Type != FrameType.Close)
                continue;
            End(Close!, effects);
            return;
        }

        // RFC 9000 section 10.2.1: less and less often.
        if (++_packetsWhileClosing < _closeAgainAt)
            return;
        _closeAgainAt *= 2;
        _isCloseDue = true;
    }

    // What is buffered is still being sent: acknowledgements and limits count, data does not.
    private void TakeAcksWhileClosing(ReadOnlySpan<byte> plaintext, ConnectionEffects effects)
    {
        var reader = new WireReader(plaintext);
        while (!reader.IsAtEnd && PacketFrame.TryRead(ref reader, out var frame))
        {
            if (frame.Type == FrameType.Close)
            {
                End(Close!, effects);
                return;
            }

            if (frame.Type == FrameType.Ack)
                _ = HandleAck(_lastReceived, frame, effects);
            else if (frame.Type is FrameType.MaxData or FrameType.MaxStreamData)
                _ = _streams!.Receive(_lastReceived, frame.Common, effects);
        }
    }

    private bool TakeReset(ReadOnlySpan<byte> packet, ConnectionEffects effects)
    {
        if (packet.Length < ConnectionTable.MinReset
            || !_remoteIds.HasToken(Bits128.Read(packet[^ConnectionLimits.ResetTokenSize..])))
        {
            return false;
        }

        End(new SessionClose(SessionErrorCode.ConnectionLost, ByRemote: true, "the other side does not know this session any more"), effects);
        return true;
    }

    private void NoteForged(ConnectionEffects effects)
    {
        _table.Counters.Refused(SessionErrorCode.RecordInvalid);
        if (_opener!.Forged >= ConnectionLimits.IntegrityLimit)
            End(new SessionClose(SessionErrorCode.RecordInvalid, ByRemote: false, "too many packets that are not authentic"), effects);
    }
}
