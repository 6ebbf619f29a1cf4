using System.Buffers;
using System.Collections.Concurrent;
using Kith.Crypto;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Connections.Hosting;

/// <summary>
/// The connections of a UDP port: brings each datagram to the session it is for, on the thread that received it, and what is for none to a queue. Locks are taken in one order: a session's gate, then the table's.
/// </summary>
internal sealed class ConnectionHost : IPacketTaker, IAsyncDisposable
{
    private const byte FirstLong = 0xc0;
    private const byte LastLong = 0xdf;

    private readonly UdpPort _port;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Lock _tableGate = new(); // guards what the table says is guarded
    private readonly ConnectionTable _table;
    private readonly ConcurrentDictionary<UdpSession, bool> _sessions = new();
    private readonly ConcurrentDictionary<UdpSession, bool> _dials = new(); // of the sessions, those that may be calling still
    private readonly StrangerQueue _strangers;
    private volatile Func<UdpSession, bool>? _accept;

    public ConnectionHost(UdpPort port, TransportIdentity identity, ConnectionOptions options, TimeProvider time)
    {
        (_port, _time) = (port, time);
        _started = time.GetTimestamp();
        Options = options with { DatagramLimit = DatagramLimitOf };
        _table = new ConnectionTable(identity, Options);
        _strangers = new StrangerQueue(TakeUnrouted, _table.Counters.TooMany);
        port.Register(ShortHeader.First, ShortHeader.Last, this);
        port.Register(FirstLong, LastLong, this);
        port.PathRemoved += OnPathRemoved;
        port.NobodyAt += OnNobodyAt;
    }

    public ConnectionOptions Options { get; }

    public UdpPort Port => _port;

    public TimeProvider Time => _time;

    /// <summary>No connection is silent for longer; what was planned before stays.</summary>
    public TimeSpan KeepAlive
    {
        get => _table.KeepAlive;
        set => _table.KeepAlive = value;
    }

    public ConnectionCounters Counters => _table.Counters;

    /// <summary>Since the host was made: what cores count their time from.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_started);

    int IDatagramTaker.MaxDatagram => ConnectionLimits.MaxDatagram;

    /// <summary>Sets who takes sessions that others begin: false refuses one. Null: nobody does, and no handshake is answered.</summary>
    public void Accept(Func<UdpSession, bool>? accept) => _accept = accept;

    private void OnPathRemoved(Endpoint path, bool isForbidden)
    {
        foreach (var session in _sessions.Keys)
            session.PathGone(path, isForbidden);
    }

    private void OnNobodyAt(Endpoint endpoint)
    {
        foreach (var session in _dials.Keys)
        {
            if (!session.NobodyAt(endpoint))
                _dials.TryRemove(session, out _);
        }
    }

    /// <summary>Begins a call; <see cref="UdpSession.Try"/> says where to.</summary>
    public UdpSession Dial(X25519PublicKey? remoteKey, TransportIdentity? identity = null)
    {
        UdpSession session;
        lock (_tableGate)
            session = new UdpSession(this, _table.Dial(Now, remoteKey, identity));
        _sessions[session] = true;
        _dials[session] = true;
        return session;
    }

    /// <summary>A session is there that the other side began.</summary>
    public bool TryAccept(UdpSession session) => _accept?.Invoke(session) == true;

    /// <summary>A session is over; called with its gate held.</summary>
    public void Forget(UdpSession session, ConnectionCore core)
    {
        lock (_tableGate)
            _table.Forget(core);
        _sessions.TryRemove(session, out _);
        _dials.TryRemove(session, out _);
    }

    public void TakeOwned(Endpoint from, Span<byte> datagrams, int size)
    {
        while (datagrams.Length > 0)
        {
            var first = datagrams[..Math.Min(size, datagrams.Length)];
            if (_table.TryRoute(first, out var core) && core.Host is UdpSession session)
            {
                var run = RunLength(datagrams, size);
                session.Receive(from, datagrams[..run], size);
                datagrams = datagrams[run..];
                continue;
            }

            if (_accept is not null || ShortHeader.Is(first[0]))
                _strangers.Add(from, first);
            datagrams = datagrams[first.Length..];
        }
    }

    void IDatagramTaker.Take(Endpoint from, ReadOnlySpan<byte> datagram) => ((IDatagramTaker)this).TakeMany(from, datagram, datagram.Length);

    // What comes by a virtual path belongs to whoever brings it.
    void IDatagramTaker.TakeMany(Endpoint from, ReadOnlySpan<byte> datagrams, int size)
    {
        var copy = ArrayPool<byte>.Shared.Rent(datagrams.Length);
        datagrams.CopyTo(copy);
        TakeOwned(from, copy.AsSpan(0, datagrams.Length), size);
        ArrayPool<byte>.Shared.Return(copy);
    }

    /// <summary>Ends every session without a word; whoever wants them closed in good order does it before.</summary>
    public async ValueTask DisposeAsync()
    {
        _accept = null;
        _port.Register(ShortHeader.First, ShortHeader.Last, null);
        _port.Register(FirstLong, LastLong, null);
        _port.PathRemoved -= OnPathRemoved;
        _port.NobodyAt -= OnNobodyAt;
        await _strangers.CloseAsync().ConfigureAwait(false);
        foreach (var session in _sessions.Keys)
        {
            session.Abandon();
            await session.Closed.ConfigureAwait(false);
        }

        lock (_tableGate)
            _table.Dispose();
    }

    // Packets one behind the other with one connection id go to their session together.
    private static int RunLength(ReadOnlySpan<byte> datagrams, int size)
    {
        if (datagrams.Length <= size)
            return datagrams.Length;
        if (!ShortHeader.Is(datagrams[0]))
            return size;
        var id = ShortHeader.IdOf(datagrams);
        var end = size;
        while (datagrams.Length - end >= ShortHeader.MinPacket && ShortHeader.Is(datagrams[end]) && ShortHeader.IdOf(datagrams[end..]) == id)
            end = Math.Min(end + size, datagrams.Length);
        return end;
    }

    private void TakeUnrouted(Endpoint from, Span<byte> datagram)
    {
        Span<byte> response = stackalloc byte[ConnectionLimits.MinInitialDatagram];
        UdpSession? session = null;
        int length;
        lock (_tableGate)
        {
            if (_table.ReceiveUnrouted(Now, from, datagram, response, out length) is { } core)
            {
                session = new UdpSession(this, core);
                _sessions[session] = true;
            }
        }

        if (length > 0)
            _port.Send(from, response[..length]);
        session?.Arm();
    }

    private int DatagramLimitOf(Endpoint to) => _port.PathOf(to) is { } path ? Math.Min(path.MaxDatagram, ConnectionLimits.MaxDatagram) : ConnectionLimits.MaxDatagram;
}
