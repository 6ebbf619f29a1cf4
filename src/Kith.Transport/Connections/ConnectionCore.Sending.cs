using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>What goes out: packets of one path at a time, as many as the congestion window, the pacer and the caller's buffer let go.</summary>
internal sealed partial class ConnectionCore
{
    /// <summary>A packet with less free than this is filled with padding rather than cut short, so that those after it may follow in one segment train.</summary>
    private const int LeastUsefulRoom = 24;

    /// <summary>So many ACKs alone, then one that asks for an acknowledgement: ranges are forgotten only when the other side has them (RFC 9000 section 13.2.4).</summary>
    private const int AcksBeforePing = 32;

    private readonly PacketBook _book = new();
    private readonly SentContent _content = new();
    private readonly Queue<ulong> _newIds = new();

    private PacketSealer? _sealer;
    private bool _pingDue;
    private int _acksAlone; // packets without anything else since the last that asked for an acknowledgement
    private int _probesDue; // packets owed to a probe timeout: they go whatever the congestion window says (RFC 9002 section 7.5)
    private TimeSpan? _pacedUntil;

    /// <summary>Something may be waiting to be sent; <see cref="Write"/> may still return 0.</summary>
    public bool HasOutput => State switch
    {
        ConnectionState.Open => _pingDue || _probesDue > 0 || _newIds.Count > 0 || _remoteIds.Retirements.Count > 0 || _pathResponses.Count > 0
            || _receivedPackets.IsPending || _streams!.HasOutput,
        ConnectionState.Closing => !_isCloseSent || _isCloseDue,
        ConnectionState.Connecting => true,
        _ => false,
    };

    /// <summary>
    /// Writes one or more packets for one path: each of <paramref name="segmentSize"/> bytes, the last maybe shorter. Returns how many bytes they are
    /// together; 0 when nothing may be sent now.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="destination">At least <see cref="ConnectionLimits.MaxDatagram"/> bytes; more lets more packets go at once.</param>
    /// <param name="to">Where.</param>
    /// <param name="segmentSize">The size of each datagram.</param>
    public int Write(TimeSpan now, Span<byte> destination, out Endpoint to, out int segmentSize)
    {
        (to, segmentSize) = (default, 0);
        switch (State)
        {
            case ConnectionState.Connecting:
                return WriteInitial(now, destination, out to, out segmentSize);
            case ConnectionState.Open:
                break;
            case ConnectionState.Closing when !_isCloseSent && _flushBeforeClose && !_streams!.IsAllDelivered:
                break;
            case ConnectionState.Closing:
                return WriteClose(now, destination, out to, out segmentSize);
            default:
                return 0;
        }

        var size = WritePathProbe(now, destination, out to);
        if (size > 0)
        {
            segmentSize = size;
            return size;
        }

        to = _active!.Endpoint;
        return WriteActive(now, destination, out segmentSize);
    }

    private int WriteActive(TimeSpan now, Span<byte> destination, out int segmentSize)
    {
        var path = _active!;
        segmentSize = 0;
        _pacedUntil = null;
        path.Recovery.IsUniform |= _streams!.UsesDatagrams;
        if (_final is not null)
        {
            segmentSize = WriteWithFinal(now, destination, path);
            return segmentSize;
        }

        TurnPhaseIfDue(now);
        if (WriteSizeProbe(now, destination, path) is > 0 and var probe)
        {
            segmentSize = probe;
            return probe;
        }

        var total = 0;
        var size = path.Recovery.DatagramSize;
        while (destination.Length - total >= size)
        {
            var written = WriteNext(now, destination.Slice(total, size), path);
            if (written == 0)
                break;
            total += written;
            segmentSize = Math.Max(segmentSize, written);
            if (written < size)
                break;
        }

        return total;
    }

    // The next packet of the path in use; 0 when nothing may or need be sent.
    private int WriteNext(TimeSpan now, Span<byte> destination, ConnectionPath path)
    {
        // An ACK does not fit beside a datagram of the largest size, and must not wait for the last of those.
        if (_streams!.HasDatagram && path.MaySend(destination.Length) && WriteSmall(now, destination, path) is > 0 and var ack)
            return ack;
        if (!path.MaySend(destination.Length))
            return path.MaySend(LeastProbe) ? WriteSmall(now, destination[..Math.Min(destination.Length, Allowance(path))], path) : 0;
        if (_probesDue > 0)
        {
            var probe = WritePacket(now, destination, path, PacketContent.All, mustElicit: true);
            _probesDue--;
            return probe;
        }

        if (!path.Recovery.HasRoom)
            return WriteSmall(now, destination, path);

        if (!path.Recovery.MayPace(now, out var at))
        {
            _pacedUntil = at;
            return WriteSmall(now, destination, path);
        }

        return WritePacket(now, destination, path, PacketContent.All, mustElicit: false);
    }

    private static int Allowance(ConnectionPath path) => (int)Math.Min(int.MaxValue, (3 * path.BytesReceived) - path.BytesSent);

    // An ACK that is due goes whatever the window says: it is not counted (RFC 9002 section 7).
    private int WriteSmall(TimeSpan now, Span<byte> destination, ConnectionPath path) =>
        _receivedPackets.Due is { } due && now >= due ? WritePacket(now, destination, path, PacketContent.Ack, mustElicit: false) : 0;

    // In XX, until the responder has shown that it has the keys: the third message goes with each datagram, so no packet comes before it.
    private int WriteWithFinal(TimeSpan now, Span<byte> destination, ConnectionPath path)
    {
        var final = _final!;
        var written = WriteNext(now, destination[final.Length..path.Recovery.DatagramSize], path);
        if (written == 0)
            return 0;
        final.CopyTo(destination);
        path.BytesSent += final.Length;
        return final.Length + written;
    }

    private int WriteSizeProbe(TimeSpan now, Span<byte> destination, ConnectionPath path)
    {
        if (!_isConfirmed || !path.IsValidated || !path.Recovery.WantsProbe(now, out var size) || !path.Recovery.HasRoom || destination.Length < size)
            return 0;
        var written = WritePacket(now, destination[..size], path, PacketContent.SizeProbe, mustElicit: true);
        path.Recovery.ProbeSent(_book.Next - 1, written);
        return written;
    }

    private int WritePathProbe(TimeSpan now, Span<byte> destination, out Endpoint to)
    {
        while (_pathResponses.TryPeek(out var response))
        {
            to = response.To;
            if (FindPath(to) is not { } path || !path.MaySend(LeastProbe))
            {
                _pathResponses.Dequeue();
                continue;
            }

            // RFC 9000 section 8.2.2: by the path that the challenge came by, padded as far as the address may be sent to.
            var size = path.MaySend(ConnectionLimits.MinInitialDatagram) ? ConnectionLimits.MinInitialDatagram : LeastProbe;
            var written = WritePacket(now, destination[..size], path, PacketContent.PathResponse, mustElicit: false, response.Data);
            _pathResponses.Dequeue();
            return written;
        }

        foreach (var path in _paths)
        {
            if ((!path.IsProbing && path.ChallengesLeft == 0) || now < path.NextChallenge || !path.MaySend(LeastProbe))
                continue;
            to = path.Endpoint;
            return WriteChallenge(now, destination, path);
        }

        to = default;
        return 0;
    }

    private int WriteChallenge(TimeSpan now, Span<byte> destination, ConnectionPath path)
    {
        var data = NextChallengeData();
        if (path.Challenges.Count == 4)
            path.Challenges.Dequeue();
        path.Challenges.Enqueue((data, now));
        if (!path.IsProbing)
            path.ChallengesLeft--;
        path.NextChallenge = now + path.ChallengeWait;
        path.ChallengeWait = Min(path.ChallengeWait * 1.5, ConnectionLimits.LongestChallengeWait);
        var size = path.MaySend(ConnectionLimits.MinInitialDatagram) ? ConnectionLimits.MinInitialDatagram : LeastProbe;
        return WritePacket(now, destination[..size], path, PacketContent.PathChallenge, mustElicit: false, data);
    }

    // Builds, seals and books one packet; 0 when there is nothing to put into it.
    private int WritePacket(TimeSpan now, Span<byte> destination, ConnectionPath path, PacketContent content, bool mustElicit, ulong data = 0)
    {
        var number = _book.Next;
        var numberSize = ShortHeader.NumberSize(number, path.Recovery.LargestAcknowledged);
        var header = ShortHeader.NumberAt + numberSize;
        var writer = new FrameWriter(destination[header..^ConnectionLimits.TagSize]);
        _content.Begin(number);
        var isEliciting = WriteFrames(now, ref writer, content, mustElicit, data, out var hasDatagram);
        if (writer.Length == 0)
        {
            _content.Cancel();
            return 0;
        }

        // The sample of header protection needs four bytes of number and payload; and what is as good as full is made full.
        writer.PadTo(ShortHeader.MaxNumberSize - numberSize);
        // The responder may send three times what came while it asks whether the address is true: it is given enough (RFC 9000 section 8.1).
        var isFirst = IsInitiator && !_isConfirmed && content == PacketContent.All;
        var isPadded = isFirst || hasDatagram || content is PacketContent.SizeProbe or PacketContent.PathChallenge or PacketContent.PathResponse;
        if (isPadded || (isEliciting && writer.Space < LeastUsefulRoom))
            writer.PadTo(writer.Length + writer.Space);
        _ = ShortHeader.Write(destination, path.RemoteId.Id, _sealer!.Phase, number, numberSize);
        var size = _sealer.Seal(destination, header, numberSize, number, writer.Length);
        Book(now, number, path, size, isEliciting);
        path.BytesSent += size;
        _lastSent = now;
        return size;
    }

    private bool WriteFrames(TimeSpan now, ref FrameWriter writer, PacketContent content, bool mustElicit, ulong data, out bool hasDatagram)
    {
        hasDatagram = false;
        switch (content)
        {
            case PacketContent.PathChallenge:
                _ = writer.TryWriteProbe(FrameType.PathChallenge, data);
                return false; // repeated by its own clock: neither congestion nor a probe timeout
            case PacketContent.PathResponse:
                _ = writer.TryWriteProbe(FrameType.PathResponse, data);
                return false;
            case PacketContent.SizeProbe:
                _ = writer.TryWritePing();
                return true;
            case PacketContent.Close:
                _ = writer.TryWriteClose(Close!.ByRemote ? SessionErrorCode.None : Close.Code, Close.ByRemote ? "" : Close.Reason);
                return false;
        }

        var isAckDue = _receivedPackets.Due is { } due && now >= due;
        var hasMore = content == PacketContent.All
            && (mustElicit || _pingDue || _newIds.Count > 0 || _remoteIds.Retirements.Count > 0 || _streams!.HasOutput);
        // A datagram has the room before an ACK, which may follow apart: there is no larger packet for both.
        var isAckLast = hasMore && _streams!.HasDatagram;
        if (!isAckLast && (isAckDue || (hasMore && _receivedPackets.IsPending)))
            WriteAck(now, ref writer);
        if (!hasMore)
            return writer.Length > 0 && ++_acksAlone >= AcksBeforePing && _active!.Recovery.HasRoom && writer.TryWritePing();
        var before = writer.Length;
        WriteIds(ref writer);
        hasDatagram = _streams!.Write(ref writer, _content);
        if (writer.Length == before && (_pingDue || mustElicit))
            _ = writer.TryWritePing();
        _pingDue &= writer.Length == before;
        var isEliciting = writer.Length > before;
        if (isAckLast && _receivedPackets.IsPending)
            WriteAck(now, ref writer);
        return isEliciting;
    }

    private void WriteAck(TimeSpan now, ref FrameWriter writer)
    {
        if (_receivedPackets.TryWrite(now, ref writer, out var largest))
            _content.Add(new SentFrame { Kind = SentKind.Ack, Value = (ulong)largest });
    }

    private void WriteIds(ref FrameWriter writer)
    {
        while (_newIds.TryPeek(out var sequence))
        {
            if (_ids.TryFind(sequence, out var id))
            {
                if (!writer.TryWriteNewConnectionId(sequence, 0, id, _table.ResetTokenOf(id)))
                    return;
                _content.Add(new SentFrame { Kind = SentKind.NewId, Value = sequence });
            }

            _newIds.Dequeue();
        }

        while (_remoteIds.Retirements.TryPeek(out var sequence) && writer.TryWriteRetireConnectionId(sequence))
        {
            _remoteIds.Retirements.Dequeue();
            _content.Add(new SentFrame { Kind = SentKind.RetireId, Value = sequence });
        }
    }

    private int WriteClose(TimeSpan now, Span<byte> destination, out Endpoint to, out int segmentSize)
    {
        (to, segmentSize) = (_active!.Endpoint, 0);
        if ((_isCloseSent && !_isCloseDue) || !_active.MaySend(LeastProbe))
            return 0;
        if (!_isCloseSent)
        {
            _isCloseSent = true;
            _streams!.Release();
            _closeAgain = now + _active.Recovery.ProbeTimeout;
            // RFC 9000 section 10.2: some probe timeouts, in which a packet of the other side is answered; one that was told need not wait.
            _closeDeadline = _isDraining ? now : now + Min(4 * _active.Recovery.ProbeTimeout, SessionLimits.CloseLinger);
        }

        _isCloseDue = false;
        var size = _active.MaySend(ConnectionLimits.MinInitialDatagram) ? ConnectionLimits.MinInitialDatagram : LeastProbe;
        var at = 0;
        if (_final is { } final)
        {
            final.CopyTo(destination);
            at = final.Length;
        }

        segmentSize = at + WritePacket(now, destination.Slice(at, size - at), _active, PacketContent.Close, mustElicit: false);
        return segmentSize;
    }

    /// <summary>What a packet is for.</summary>
    private enum PacketContent
    {
        All,
        Ack,
        SizeProbe,
        PathChallenge,
        PathResponse,
        Close,
    }
}
