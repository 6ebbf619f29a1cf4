using Kith.Crypto;
using Kith.Transport.Tcp;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tunnels;

/// <summary>
/// Carries the datagrams of a port over TCP while the network lets no UDP through (docs/protocol/tunnel.md): each of some endpoints gets a tunnel when something is sent there, and what
/// comes by it comes from that endpoint, so that nobody above knows. For several threads.
/// </summary>
public sealed class TunnelClient : IDetour, IAsyncDisposable
{
    private readonly UdpPort _port;
    private readonly TimeProvider _time;
    private Func<Endpoint, bool>? _isNear;
    private readonly X25519PrivateKey _key;
    private readonly TcpCarrier _carrier;
    private readonly UdpWatch _watch;
    private readonly Lock _gate = new(); // guards everything below
    private readonly Dictionary<Endpoint, TunnelDestination> _destinations = [];
    private readonly Dictionary<Endpoint, long> _failedAt = [];
    private readonly Queue<(Endpoint At, long When)> _failures = new();
    private readonly HashSet<Task> _tasks = [];
    private HashSet<Endpoint> _useful = [];
    private long _othersAt;
    private bool _isDisposed;

    private TunnelClient(UdpPort port, SecretBytes? swarmKey, IRandom random, TimeProvider time)
    {
        (_port, _time) = (port, time);
        // A key for this run alone: whoever is at the other end of a tunnel learns no more of us than from a datagram.
        _key = X25519PrivateKey.Generate(random);
        _carrier = new TcpCarrier(new TransportIdentity(_key, swarmKey, random), time);
        _watch = new UdpWatch(time);
    }

    /// <summary>Whether UDP counts as blocked here, so that tunnels are used.</summary>
    public bool IsOn => _watch.IsBlocked;

    /// <summary>Whether an endpoint is on a network of ours: that we reach it says nothing of the others, and it gets no tunnel. Null: none is.</summary>
    public Func<Endpoint, bool>? IsNear
    {
        get => Volatile.Read(ref _isNear);
        set => Volatile.Write(ref _isNear, value);
    }

    /// <summary>Tunnels that there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _destinations.Values.Count(one => one.IsOpen);
        }
    }

    /// <summary>Watches a port, and carries its datagrams when nothing gets through. Dispose it before the port.</summary>
    /// <param name="port">The node's port.</param>
    /// <param name="swarmKey">The private swarm's key for sessions, which stays the caller's; null outside of one.</param>
    /// <param name="random">For the key of this run.</param>
    /// <param name="time">The clock.</param>
    public static TunnelClient Start(UdpPort port, SecretBytes? swarmKey, IRandom random, TimeProvider time)
    {
        var client = new TunnelClient(port, swarmKey, random, time);
        port.Detour = client;
        return client;
    }

    /// <summary>Names the endpoints that are worth a tunnel before all others: entry points, introducers, relays; the whole of it, the best first. They are not pushed out by others.</summary>
    public void SetUseful(IEnumerable<Endpoint> endpoints)
    {
        HashSet<Endpoint> useful = [.. endpoints.Take(TunnelLimits.MaxDestinations - 1)];
        lock (_gate)
            _useful = useful;
    }

    /// <summary>Somebody else found that UDP is blocked. That it is not any more shows by a datagram that comes.</summary>
    public void ReportBlocked() => _watch.Block();

    /// <summary>Judges anew: call it now and then, as silence alone calls nobody.</summary>
    public void Look() => _watch.Look();

    /// <summary>The network is another: UDP is tried first again, and the old one's tunnels end.</summary>
    public void NetworkChanged()
    {
        _watch.Reset();
        lock (_gate)
        {
            _failedAt.Clear();
            _failures.Clear();
            foreach (var destination in _destinations.Values)
                Own(destination.Stopping.CancelAsync());
        }
    }

    /// <inheritdoc/>
    public bool TrySend(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        if (IsNear?.Invoke(to) == true)
            return false;
        TunnelDestination? destination;
        lock (_gate)
            destination = _destinations.GetValueOrDefault(to) ?? TryBegin(to);
        // Where there is no tunnel the datagram goes by UDP, and so does one now and then all the same: its answer would show that UDP gets through again.
        return destination is not null && destination.TrySend(datagram) && !_watch.IsTrialDue();
    }

    /// <inheritdoc/>
    public IVirtualPath? PathOf(Endpoint to)
    {
        if (!IsOn)
            return null;
        lock (_gate)
            return _destinations.TryGetValue(to, out var destination) && destination.IsOpen ? destination : null;
    }

    /// <inheritdoc/>
    public void Sent(Endpoint to)
    {
        if (IsNear?.Invoke(to) != true)
            _watch.Sent();
    }

    /// <inheritdoc/>
    public void Received(Endpoint from)
    {
        if (IsNear?.Invoke(from) != true)
            _watch.Received();
    }

    /// <summary>Ends every tunnel.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            foreach (var destination in _destinations.Values)
                Own(destination.Stopping.CancelAsync());
            tasks = [.. _tasks];
        }

        _port.Detour = null;
        await Task.WhenAll(tasks).ConfigureAwait(false);
        _key.Dispose();
    }

    // Under _gate.
    private TunnelDestination? TryBegin(Endpoint to)
    {
        if (_isDisposed || to.Port == 0 || HasFailed(to) || _destinations.Values.Count(one => !one.IsOpen) >= TunnelLimits.MaxOpening)
            return null;
        if (!_useful.Contains(to))
        {
            // Most of the others speak no Kith at all: they are tried slowly.
            if (_othersAt != 0 && _time.GetElapsedTime(_othersAt) < TunnelLimits.OthersInterval)
                return null;
            if (_destinations.Values.Count(one => !_useful.Contains(one.To)) >= TunnelLimits.MaxOthers && !TryMakeRoom())
                return null;
            _othersAt = _time.GetTimestamp();
        }

        if (_destinations.Count >= TunnelLimits.MaxDestinations && !TryMakeRoom())
            return null;
        var destination = new TunnelDestination(to, _time);
        _destinations.Add(to, destination);
        Own(RunAsync(destination));
        return destination;
    }

    // Under _gate. The one unused for longest goes, of those that nobody named.
    private bool TryMakeRoom()
    {
        if (_destinations.Values.Where(one => !_useful.Contains(one.To) && one.IsOpen).MaxBy(one => one.Unused) is not { } oldest)
            return false;
        _destinations.Remove(oldest.To);
        Own(oldest.Stopping.CancelAsync());
        return true;
    }

    // Under _gate.
    private bool HasFailed(Endpoint to)
    {
        while (_failures.TryPeek(out var oldest) && (_failures.Count > TunnelLimits.MaxFailures || _time.GetElapsedTime(oldest.When) >= TunnelLimits.FailurePause))
        {
            _failures.Dequeue();
            if (_failedAt.GetValueOrDefault(oldest.At) == oldest.When)
                _failedAt.Remove(oldest.At);
        }

        return _failedAt.ContainsKey(to);
    }

    private async Task RunAsync(TunnelDestination destination)
    {
        // Not on the caller's stack: it holds locks.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var began = _time.GetTimestamp();
        try
        {
            await CarryAsync(destination).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or OperationCanceledException)
        {
            // Nobody there, or nobody who takes tunnels.
        }

        lock (_gate)
        {
            if (_destinations.GetValueOrDefault(destination.To) == destination)
                _destinations.Remove(destination.To);
            if (destination.Stopping.IsCancellationRequested || _time.GetElapsedTime(began) >= TunnelLimits.FailurePause)
                return;
            var now = _time.GetTimestamp();
            _failedAt[destination.To] = now;
            _failures.Enqueue((destination.To, now));
        }
    }

    private async Task CarryAsync(TunnelDestination destination)
    {
        var to = destination.To;
        List<NodeAddress> addresses = [NodeAddress.Tcp(to.ToIPEndPoint())];
        if (to.Port != TunnelLimits.LastResortPort)
            addresses.Add(NodeAddress.Tcp(to.WithPort(TunnelLimits.LastResortPort).ToIPEndPoint()));
        var (session, stream) = await BeginAsync(addresses, destination.Stopping.Token).ConfigureAwait(false);
        var tunnel = new Tunnel(session, stream, _time, datagram => _port.DeliverDetoured(to, datagram.Span));
        destination.Open(tunnel);
        await tunnel.RunAsync(destination.Stopping.Token).ConfigureAwait(false);
    }

    // One deadline until the stream is open: few may be opened at once, and who lets sessions come about and allows no streams would keep those places.
    private async Task<(ISession Session, IStream Stream)> BeginAsync(IReadOnlyList<NodeAddress> addresses, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(TunnelLimits.OpenTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        var session = await _carrier.ConnectAsync(addresses, null, either.Token).ConfigureAwait(false);
        try
        {
            return (session, await session.OpenStreamAsync(TunnelLimits.StreamKind, either.Token).ConfigureAwait(false));
        }
        catch
        {
            await session.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Under _gate. Everything started is awaited when this is disposed.
    private void Own(Task task)
    {
        _tasks.RemoveWhere(static done => done.IsCompleted);
        _tasks.Add(task);
    }
}
