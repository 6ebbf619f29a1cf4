namespace Kith.Transport.Sessions;

/// <summary>
/// What a core wants done outside the session's lock, collected while inside it: room-above code runs there (readers are continued inline), and
/// it must never run under the lock.
/// </summary>
internal class SessionEffects
{
    private readonly List<SessionStream> _accepted = [];
    private readonly List<(SessionStream Stream, bool Ended)> _woken = [];
    private readonly List<byte[]> _datagrams = [];

    /// <summary>Streams that the other side opened.</summary>
    public IReadOnlyList<SessionStream> Accepted => _accepted;

    /// <summary>Streams whose readers have something to read, or an end to see.</summary>
    public IReadOnlyList<(SessionStream Stream, bool Ended)> Woken => _woken;

    /// <summary>Datagrams received.</summary>
    public IReadOnlyList<byte[]> Datagrams => _datagrams;

    /// <summary>The other side allows more streams.</summary>
    public bool StreamsAllowed { get; set; }

    public void Accept(SessionStream stream) => _accepted.Add(stream);

    public void Receive(byte[] datagram) => _datagrams.Add(datagram);

    /// <summary>Tells the reader of new bytes, once per batch.</summary>
    public void Wake(SessionStream stream)
    {
        if (stream.Receive.WakePending)
            return;
        stream.Receive.WakePending = true;
        _woken.Add((stream, false));
    }

    /// <summary>Tells the reader that nothing more will come.</summary>
    public void End(SessionStream stream) => _woken.Add((stream, true));

    public virtual bool IsEmpty => _accepted.Count == 0 && _woken.Count == 0 && _datagrams.Count == 0 && !StreamsAllowed;

    public virtual void Clear()
    {
        _accepted.Clear();
        _woken.Clear();
        _datagrams.Clear();
        StreamsAllowed = false;
    }
}
