using Kith.Transport.Sessions;

namespace Kith.Transport.Connections;

/// <summary>
/// The streams of a connection, their flow control, and its datagrams: what <see cref="SessionCore"/> does on an ordered carrier, done where packets are
/// lost and come in any order (RFC 9000 sections 2 to 4). It writes frames into packets, is told which of them arrived or were lost, and
/// says again what was lost, never whole packets.
/// </summary>
internal sealed partial class ConnectionStreams
{
    private readonly ConnectionCore _connection;
    private readonly ConnectionOptions _options;
    private readonly bool _isInitiator;
    private readonly SessionParameters _local;
    private readonly SessionParameters _remote;
    private readonly Dictionary<ulong, SessionStream> _streams = [];

    private ulong _nextLocalStream;
    private ulong _nextRemoteStream;
    private ulong _localStreamsAllowed;
    private ulong _remoteStreamsAllowed;

    public ConnectionStreams(ConnectionCore connection, ConnectionOptions options, SessionParameters local, SessionParameters remote, TimeSpan now)
    {
        _connection = connection;
        _options = options;
        _isInitiator = connection.IsInitiator;
        _local = local;
        _remote = remote;
        _localStreamsAllowed = remote.MaxStreams;
        _remoteStreamsAllowed = local.MaxStreams;
        _sendLimit = remote.MaxData;
        _receiveLimit = local.MaxData;
        _window = local.MaxData;
        _raisedAt = now;
        _now = now;
    }

    /// <summary>Streams that have not ended in both directions.</summary>
    public int Count => _streams.Count;

    /// <summary>Nothing of any stream waits to be sent or acknowledged.</summary>
    public bool IsAllDelivered
    {
        get
        {
            foreach (var stream in _streams.Values)
            {
                var transfer = stream.Transfer!;
                if (stream.Send.PendingReset is not null)
                    continue;
                if (transfer.AcknowledgedTo != transfer.Taken || (stream.Send.IsReady && stream.Send.IsOpen) || (transfer.IsEndTaken && !transfer.IsEndAcknowledged))
                    return false;
            }

            return _datagrams.Count == 0;
        }
    }

    /// <summary>Opens a stream; null while the other side allows no more.</summary>
    public SessionStream? TryOpen(StreamKind kind)
    {
        if (_nextLocalStream >= _localStreamsAllowed)
            return null;
        var stream = CreateStream((_nextLocalStream++ << 1) | (_isInitiator ? 0UL : 1UL), kind);
        stream.Transfer!.IsAccepted = true;
        stream.Transfer.IsOpenPending = true;
        _toOpen.Enqueue(stream);
        return stream;
    }

    /// <summary>The room above wrote to a stream or ended its output.</summary>
    public void Flushed(SessionStream stream)
    {
        if (stream.Send.IsOpen)
            MarkReady(stream);
    }

    /// <summary>The room above read bytes.</summary>
    public void Consumed(TimeSpan now, SessionStream stream, long bytes)
    {
        _now = now;
        Credit(stream, (ulong)bytes);
        if (stream.Receive.IsEnded && stream.Receive.Consumed == stream.Receive.Offset)
            stream.Receive.IsDone = true;
        RetireIfOver(stream);
    }

    /// <summary>The room above reads no further.</summary>
    public void CompleteInput(SessionStream stream, ulong code, bool tellOther, SessionEffects effects)
    {
        var (receive, transfer) = (stream.Receive, stream.Transfer!);
        if (!receive.IsDone)
        {
            receive.IsDone = true;
            if (receive.IsEnded)
            {
                Credit(stream, receive.Offset - receive.Consumed);
            }
            else
            {
                Credit(stream, transfer.Highest - receive.Consumed);
                GiveUpInput(stream);
                if (!receive.IsEnded && tellOther)
                {
                    receive.PendingStop = code;
                    MarkControl(stream);
                }
            }
        }

        effects.End(stream);
        RetireIfOver(stream);
    }

    /// <summary>The room above, or the other side, gives up what is unsent (RFC 9000 section 3.5).</summary>
    public void ResetOutput(SessionStream stream, ulong code, bool byRemote)
    {
        if (!stream.Send.IsOpen)
            return;
        var error = new StreamException(code, byRemote);
        stream.FailOutput(error);
        stream.Send.PendingReset = code;
        stream.Send.Release(error);
        stream.Transfer!.Unacknowledged.Clear();
        stream.Transfer.Lost.Clear();
        MarkControl(stream);
    }

    /// <summary>The connection is over: readers and writers see why.</summary>
    public void Fail(SessionClose close, SessionEffects effects)
    {
        var error = new SessionException(close);
        foreach (var stream in _streams.Values)
        {
            // A direction that had ended in good order stays so.
            if (!stream.Receive.IsEnded)
                stream.FailInput(error);
            stream.FailOutput(error);
            effects.End(stream);
        }

        effects.StreamsAllowed = true; // those who wait to open one learn that there will be none
    }

    /// <summary>Gives all buffers back.</summary>
    public void Release()
    {
        foreach (var stream in _streams.Values)
        {
            stream.Send.Release(stream.OutputError);
            stream.Transfer!.Release();
        }

        _datagrams.Clear();
        _ready.Clear();
        _controls.Clear();
        _toOpen.Clear();
    }

    private SessionStream CreateStream(ulong id, StreamKind kind)
    {
        var owner = _connection.Owner ?? throw new InvalidOperationException("the connection has no owner for its streams");
        var stream = new SessionStream(owner, id, kind, _remote.MaxStreamData, _local.MaxStreamData)
        {
            Transfer = new StreamTransfer { RaisedAt = _now },
        };
        _streams.Add(id, stream);
        return stream;
    }

    // Any frame of a stream opens it and all before it (RFC 9000 section 3.2); who it is for is known when its OPEN_STREAM came.
    private SessionErrorCode FindOrOpen(ulong id, out SessionStream? stream)
    {
        if (_streams.TryGetValue(id, out stream))
            return SessionErrorCode.None;
        var number = id >> 1;
        if (IsLocal(id))
            return number < _nextLocalStream ? SessionErrorCode.None : SessionErrorCode.StreamState;
        if (number >= _remoteStreamsAllowed)
            return SessionErrorCode.StreamLimit;
        while (_nextRemoteStream <= number)
            stream = CreateStream((_nextRemoteStream++ << 1) | (id & 1), default);
        return SessionErrorCode.None;
    }

    private void RetireIfOver(SessionStream stream)
    {
        var transfer = stream.Transfer!;
        if (stream.IsRetired || !transfer.IsDelivered || !stream.Receive.IsEnded || !stream.Receive.IsDone || !transfer.IsAccepted)
            return;
        stream.IsRetired = true;
        _streams.Remove(stream.Number);
        stream.Send.Release(stream.OutputError);
        transfer.Release();
        if (!IsLocal(stream.Number))
        {
            _remoteStreamsAllowed++;
            _maxStreamsPending = true;
        }
    }

    private bool IsLocal(ulong id) => (id & 1) == 0 == _isInitiator;
}
