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
    private readonly StreamTable _streams;

    public ConnectionStreams(ConnectionCore connection, ConnectionOptions options, SessionParameters local, SessionParameters remote, TimeSpan now)
    {
        _connection = connection;
        _options = options;
        _streams = new StreamTable(connection.IsInitiator, local, remote);
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
            foreach (var stream in _streams.All)
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
    public SessionStream? TryOpen(StreamKind kind) =>
        _streams.MayOpen ? _streams.OpenLocal(Owner, kind, new StreamTransfer { RaisedAt = _now, IsAccepted = true, IsOpenPending = true }) : null;

    /// <summary>The room above wrote to a stream or ended its output.</summary>
    public void Flushed(SessionStream stream)
    {
        if (stream.Send.IsOpen)
            _streams.MarkReady(stream);
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
                    _streams.MarkControl(stream);
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
        _streams.MarkControl(stream);
    }

    /// <summary>The connection is over: readers and writers see why.</summary>
    public void Fail(SessionClose close, SessionEffects effects) => _streams.Fail(close, effects);

    /// <summary>Gives all buffers back.</summary>
    public void Release()
    {
        foreach (var stream in _streams.All)
        {
            stream.Send.Release(stream.OutputError);
            stream.Transfer!.Release();
        }

        _datagrams.Clear();
        _streams.Ready.Clear();
        _streams.Controls.Clear();
        _streams.ToOpen.Clear();
    }

    private IStreamOwner Owner => _connection.Owner ?? throw new InvalidOperationException("the connection has no owner for its streams");

    // Any frame of a stream opens it and all before it (RFC 9000 section 3.2); who it is for is known when its OPEN_STREAM came.
    private SessionErrorCode FindOrOpen(ulong id, out SessionStream? stream)
    {
        if (_streams.TryFind(id, out stream) || _streams.WasOpened(id))
            return SessionErrorCode.None;
        if (_streams.IsLocal(id))
            return SessionErrorCode.StreamState;
        if (id >> 1 >= _streams.RemoteAllowed)
            return SessionErrorCode.StreamLimit;
        while (!_streams.WasOpened(id))
            stream = _streams.OpenRemote(Owner, default, new StreamTransfer { RaisedAt = _now });
        return SessionErrorCode.None;
    }

    private void RetireIfOver(SessionStream stream)
    {
        var transfer = stream.Transfer!;
        if (stream.IsRetired || !transfer.IsDelivered || !stream.Receive.IsEnded || !stream.Receive.IsDone || !transfer.IsAccepted)
            return;
        _streams.Retire(stream);
        transfer.Release();
    }
}
