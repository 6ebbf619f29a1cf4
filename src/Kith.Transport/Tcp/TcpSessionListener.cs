#pragma warning disable RS0030 // the carrier that owns TCP sockets

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;
using Kith.Transport.Tcp.SimultaneousOpen;

namespace Kith.Transport.Tcp;

/// <summary>Accepts TCP connections, runs their handshakes side by side within the limits of <see cref="HandshakeLimits"/>, and hands the sessions out.</summary>
internal sealed class TcpSessionListener : IListener
{
    /// <summary>Sessions that may wait to be taken.</summary>
    private const int MaxWaiting = 64;

    /// <summary>The pause after the system refused to accept (out of descriptors or memory).</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly TransportIdentity _identity;
    private readonly TimeProvider _time;
    private readonly Admission _admission;
    private readonly bool _isOnion;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _handshakes = new();
    private readonly ConcurrentDictionary<IPEndPoint, Expected> _expected = new();
    private readonly ConcurrentDictionary<IPEndPoint, TcpLink> _shaking = new();
    private readonly Channel<ISession> _sessions = Channel.CreateBounded<ISession>(MaxWaiting);
    private readonly Task _accepting;

    public TcpSessionListener(Socket socket, TransportIdentity identity, TimeProvider time)
        : this(socket, identity, time, new Admission(), isOnion: false)
    {
    }

    private TcpSessionListener(Socket socket, TransportIdentity identity, TimeProvider time, Admission admission, bool isOnion)
    {
        _socket = socket;
        _identity = identity;
        _time = time;
        _admission = admission;
        _isOnion = isOnion;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        SharesPort = !isOnion && PortSharing.TryAllow(socket);
        _accepting = AcceptAsync();
    }

    /// <summary>Listens behind an onion service. Everybody comes from Tor on this machine: there is nothing to count callers by, so the limits are those of all of them together.</summary>
    public static TcpSessionListener Onion(Socket socket, TransportIdentity identity, TimeProvider time) => new(socket, identity, time,
        new Admission(HandshakeLimits.MaxPending, HandshakeLimits.MaxPending, HandshakeLimits.MaxSessions, HandshakeLimits.MaxSessions), isOnion: true);

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Whether connections can be made from its port.</summary>
    public bool SharesPort { get; }

    /// <summary>Called when it listens no more.</summary>
    public Action? Disposed { get; set; }

    public ChannelReader<ISession> Sessions => _sessions.Reader;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        Disposed?.Invoke();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_handshakes.Keys).ConfigureAwait(false);
        _sessions.Writer.TryComplete();
        // Handed out to nobody: nobody else will close them.
        while (_sessions.Reader.TryRead(out var session))
            await session.CloseAsync(SessionErrorCode.ShuttingDown).ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>A connection from this endpoint is handed over instead of being taken as a stranger's, until the result is disposed.</summary>
    public Expected Expect(IPEndPoint remote)
    {
        var expected = new Expected(one => _expected.TryRemove(KeyValuePair.Create(remote, one)));
        // Two that wait for one endpoint: the later one. It is one connection only.
        _expected[remote] = expected;
        // It was faster, and was taken for a stranger's: it comes again, and finds us prepared.
        if (_shaking.TryRemove(remote, out var early))
            early.Abort();
        return expected;
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                Admit(socket);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(AcceptPause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Admit(Socket socket)
    {
        if (TryGetRemote(socket) is { } remote && _expected.TryGetValue(remote, out var expected) && expected.TryGive(socket))
            return;
        // Over the limits: closed unread. An answer would cost more than the connection did.
        if (TryGetRemote(socket)?.Address is not { } address || _admission.TryEnter(address) is not { } place)
        {
            socket.Dispose();
            return;
        }

        var handshake = Task.Run(() => ShakeAsync(_isOnion ? TcpLink.Onion(socket) : new TcpLink(socket), place));
        _handshakes.TryAdd(handshake, true);
        _ = handshake.ContinueWith(done => _handshakes.TryRemove(done, out _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    // A connection that is gone before it is looked at has no address.
    private static IPEndPoint? TryGetRemote(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint as IPEndPoint;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private async Task ShakeAsync(TcpLink link, Admission.Place place)
    {
        Session? session = null;
        var remote = link.RemoteEndPoint as IPEndPoint;
        try
        {
            if (remote is not null)
                _shaking[remote] = link;
            // It became expected between the two looks.
            if (remote is not null && _expected.ContainsKey(remote))
                link.Abort();
            var core = HandshakeCore.Respond(_identity, SessionParameters.Default);
            session = await Handshaker.RunAsync(link, core, _time, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or OperationCanceledException)
        {
            // Whoever called has been told, or deserves no answer.
            return;
        }
        finally
        {
            if (remote is not null)
                _shaking.TryRemove(KeyValuePair.Create(remote, link));
            if (session is null)
                place.Dispose();
        }

        // Counted as a session before it can free its place: it may be closed already.
        var admitted = place.TryBecomeSession();
        _ = FreeWhenClosedAsync(session, place);
        if (!admitted || !_sessions.Writer.TryWrite(session))
            await session.CloseAsync(SessionErrorCode.Busy).ConfigureAwait(false);
    }

    private static async Task FreeWhenClosedAsync(Session session, Admission.Place place)
    {
        await session.Closed.ConfigureAwait(false);
        place.Dispose();
    }
}
