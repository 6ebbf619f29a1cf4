using Kith.Transport.Connections;

namespace Kith.Transport.Sessions;

/// <summary>
/// The streams of a session, whatever carries it: their numbers and how many each side may open (RFC 9000 sections 2.1 and 4.6), and which of them wait to be written. Belongs to the session's
/// core, under its lock.
/// </summary>
internal sealed class StreamTable(bool isInitiator, SessionParameters local, SessionParameters remote)
{
    private readonly Dictionary<ulong, SessionStream> _streams = [];
    private ulong _nextLocal;
    private ulong _localAllowed = remote.MaxStreams;

    /// <summary>Streams that have not ended in both directions.</summary>
    public int Count => _streams.Count;

    /// <summary>All of these.</summary>
    public Dictionary<ulong, SessionStream>.ValueCollection All => _streams.Values;

    /// <summary>How many the other side may have opened, all in all; what MAX_STREAMS says.</summary>
    public ulong RemoteAllowed { get; private set; } = local.MaxStreams;

    /// <summary>How many the other side has opened.</summary>
    public ulong RemoteOpened { get; private set; }

    /// <summary>Whether MAX_STREAMS is to be said.</summary>
    public bool IsRaised { get; set; }

    /// <summary>Whether the other side allows one more of ours.</summary>
    public bool MayOpen => _nextLocal < _localAllowed;

    /// <summary>Those of which OPEN_STREAM is to be said, in order.</summary>
    public Queue<SessionStream> ToOpen { get; } = new();

    /// <summary>Those with a control frame to say.</summary>
    public Queue<SessionStream> Controls { get; } = new();

    /// <summary>Those that may have bytes to send, each once.</summary>
    public Queue<SessionStream> Ready { get; } = new();

    /// <summary>Whether any of this waits.</summary>
    public bool HasOutput => Ready.Count > 0 || Controls.Count > 0 || ToOpen.Count > 0 || IsRaised;

    /// <summary>Whether a number is of a stream that this side opens.</summary>
    public bool IsLocal(ulong id) => (id & 1) == 0 == isInitiator;

    /// <summary>Whether a stream of this number is or was there.</summary>
    public bool WasOpened(ulong id) => id >> 1 < (IsLocal(id) ? _nextLocal : RemoteOpened);

    /// <summary>The stream of a number that has not ended.</summary>
    public bool TryFind(ulong id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SessionStream? stream) => _streams.TryGetValue(id, out stream);

    /// <summary>This side opens its next stream, which it may (<see cref="MayOpen"/>); its OPEN_STREAM is to be said.</summary>
    public SessionStream OpenLocal(IStreamOwner owner, StreamKind kind, StreamTransfer? transfer = null)
    {
        var stream = Create(owner, (_nextLocal++ << 1) | (isInitiator ? 0UL : 1UL), kind, transfer);
        ToOpen.Enqueue(stream);
        return stream;
    }

    /// <summary>The other side has opened its next stream, which it may (<see cref="RemoteAllowed"/>).</summary>
    public SessionStream OpenRemote(IStreamOwner owner, StreamKind kind, StreamTransfer? transfer = null) =>
        Create(owner, (RemoteOpened++ << 1) | (isInitiator ? 1UL : 0UL), kind, transfer);

    /// <summary>The other side allows so many of ours, all in all. It never takes back.</summary>
    public void Allow(ulong count) => _localAllowed = Math.Max(_localAllowed, count);

    public void MarkReady(SessionStream stream)
    {
        if (stream.Send.IsReady)
            return;
        stream.Send.IsReady = true;
        Ready.Enqueue(stream);
    }

    public void MarkControl(SessionStream stream)
    {
        if (stream.HasControl)
            return;
        stream.HasControl = true;
        Controls.Enqueue(stream);
    }

    /// <summary>Both directions have ended and the room above has seen the end: the place is free, and the other side may open another.</summary>
    public void Retire(SessionStream stream)
    {
        stream.IsRetired = true;
        _streams.Remove(stream.Number);
        stream.Send.Release(stream.OutputError);
        if (IsLocal(stream.Number))
            return;
        RemoteAllowed++;
        IsRaised = true;
    }

    /// <summary>The session is over: readers and writers see why.</summary>
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

    private SessionStream Create(IStreamOwner owner, ulong id, StreamKind kind, StreamTransfer? transfer)
    {
        var stream = new SessionStream(owner, id, kind, remote.MaxStreamData, local.MaxStreamData) { Transfer = transfer };
        _streams.Add(id, stream);
        return stream;
    }
}
