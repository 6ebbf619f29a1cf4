using Kith.Crypto;
using Kith.Overlay.Host;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay;

/// <summary>
/// Runs the overlay: gives its core the datagrams of a UDP port, the time and calls, one at a time. There is no thread of its own: whoever brings something (the port's receive
/// loop, a timer, a caller) does the work under one lock, at once, since all of it is short and none of it waits. What is told to others is told when the lock is free again.
/// </summary>
public sealed partial class OverlayHost : IOverlay, IDatagramTaker, IDatagramSink
{
    /// <summary>At most so often the observer hears that something changed, milliseconds.</summary>
    private const long ChangedPause = 250;

    /// <summary>Turns given to a core that has something due at once, before the port gets its turn again.</summary>
    private const int MaxTicksInARow = 8;

    private readonly Lock _gate = new(); // guards the core, the clock and every field below that changes
    private readonly UdpPort _port;
    private readonly OverlayOptions _options;
    private readonly IOverlayObserver _observer;
    private readonly IRandom _random;
    private readonly TimeProvider _time;
    private readonly OverlayClock _clock;
    private readonly Outside _outside;
    private readonly RelayTraffic _traffic;
    private readonly ReachOfHost _reach;
    private readonly ITimer _timer;
    private readonly ITimer _changed;
    private readonly List<Action> _tellings = [];
    private OverlayCore _core;
    private long _armed = long.MaxValue;
    private int _toldVersion;
    private long _toldAt;
    private bool _changedIsArmed;
    private bool _isDisposed;

    private OverlayHost(UdpPort port, OverlayOptions options, IOverlayObserver observer, IRandom random, TimeProvider time)
    {
        _port = port;
        _options = options;
        _observer = observer;
        _random = random;
        _time = time;
        _clock = new OverlayClock(time);
        _outside = new Outside(this);
        _traffic = new RelayTraffic(port, time, (from, id) => Run((core, _) => core.Relay.TellMoved(from, id)));
        _reach = new ReachOfHost(this);
        _core = NewCore(options);
        _timer = time.CreateTimer(static host => ((OverlayHost)host!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _changed = time.CreateTimer(static host => ((OverlayHost)host!).TellChanged(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the overlay on a port: takes the port's datagrams that begin with <c>d</c>. The port stays its owner's, who starts it, and closes it after this.</summary>
    public static OverlayHost Start(UdpPort port, OverlayOptions options, IOverlayObserver observer, IRandom random, TimeProvider time)
    {
        var host = new OverlayHost(port, options, observer, random, time);
        port.Register((byte)'d', host);
        port.Register(RelayLimits.DataByte, host._traffic);
        port.Register(ProbePacket.First, host);
        host.OpenTunnels();
        host._outside.Open();
        host.Run(static (core, now) => core.Start(now));
        host.StartMapping();
        if (host._outside.Problem is { } problem)
            host.Run((core, _) => core.Entry.LocalTrouble(MulticastPort.Name, problem));
        return host;
    }

    /// <inheritdoc/>
    public OverlayView View
    {
        get
        {
            lock (_gate)
                return _core.View;
        }
    }

    /// <summary>Nodes to hand in as <see cref="OverlayOptions.Remembered"/> at the next start: ask now and then, and at the end.</summary>
    public IReadOnlyList<string> Remembered
    {
        get
        {
            lock (_gate)
                return _core.Remember();
        }
    }

    /// <inheritdoc/>
    public void Suggest(IReadOnlyList<string> addresses) => Run((core, now) => core.Suggest(now, addresses));

    /// <inheritdoc/>
    public void NetworkChanged()
    {
        var networks = OwnInterfaces.Of(_port.LocalEndPoints);
        _port.NetworkChanged();
        ChangeTunnelsNetwork(networks);
        Run((core, now) => core.NetworkChanged(now, networks));
        _mapper?.Wake();
    }

    /// <inheritdoc/>
    void IDatagramTaker.Take(Endpoint from, ReadOnlySpan<byte> datagram) => Take(from, datagram, isForAll: false);

    /// <inheritdoc/>
    void IDatagramSink.Send(Endpoint to, ReadOnlySpan<byte> datagram) => _port.Send(to, datagram);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _core.Relay.EndAll();
            EndCircuitCalls();
            EndReachCalls();
            _isDisposed = true;
        }

        Tell();
        _port.Register((byte)'d', null);
        _port.Register(RelayLimits.DataByte, null);
        _port.Register(ProbePacket.First, null);
        if (_mapper is not null)
            await _mapper.DisposeAsync().ConfigureAwait(false);
        if (_tunnels is not null)
            await _tunnels.DisposeAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _changed.DisposeAsync().ConfigureAwait(false);
        await _outside.DisposeAsync().ConfigureAwait(false);
        foreach (var find in _finds)
            find.Stop();
        StopSearches();
        _core.Dispose();
    }

    /// <summary>Does something with the core; nothing once the overlay is disposed.</summary>
    internal void Run(Action<OverlayCore, long> work)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            try
            {
                work(_core, _clock.Now());
                FollowUp();
            }
            catch (Exception error)
            {
                Report(error);
            }
        }

        Tell();
    }

    // Without a delegate, as a span cannot go into one.
    private void Take(Endpoint from, ReadOnlySpan<byte> datagram, bool isForAll)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            try
            {
                if (isForAll)
                    _core.ReceiveMulticast(_clock.Now(), from, datagram);
                else
                    _core.Receive(_clock.Now(), from, datagram);
                FollowUp();
            }
            catch (Exception error)
            {
                Report(error);
            }
        }

        Tell();
    }

    private OverlayCore NewCore(OverlayOptions options)
    {
        var core = new OverlayCore(options, (ushort)_port.Port, OwnInterfaces.Of(_port.LocalEndPoints), this, _outside, _random, _clock.Now(), _port.IsLoopbackOnly);
        _traffic.Table = core.Relay.Table;
        return core;
    }

    private void Tick()
    {
        lock (_gate)
        {
            _armed = long.MaxValue;
            if (_isDisposed)
                return;
            try
            {
                if (_clock.WasSetBack)
                    BeginAnew();
                FollowUp();
            }
            catch (Exception error)
            {
                Report(error);
            }
        }

        Tell();
    }

    // With the gate held, after whatever was done with the core.
    private void FollowUp()
    {
        var now = _clock.Now();
        FollowTunnels(now);
        for (var ticks = 0; ticks < MaxTicksInARow && _core.NextDeadline <= now; ticks++)
            _core.Tick(now);
        if (_core.NextDeadline is var next && next < _armed)
        {
            _armed = next;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, next - now)), Timeout.InfiniteTimeSpan);
        }

        if (_core.Version != _toldVersion && !_changedIsArmed)
        {
            _changedIsArmed = true;
            _changed.Change(TimeSpan.FromMilliseconds(Math.Max(0, _toldAt + ChangedPause - now)), Timeout.InfiniteTimeSpan);
        }
    }

    private void BeginAnew()
    {
        var old = _core;
        old.Relay.EndAll();
        EndCircuitCalls();
        EndReachCalls();
        _clock.Restart();
        _core = NewCore(_options with { Remembered = old.Remember() });
        old.Dispose();
        var now = _clock.Now();
        _toldAt = 0;
        _core.Start(now);
        _core.RouterMapped(now, _router);
        _core.Publish(now, _publications);
        _core.Knocks.Listen(_sought);
        _core.SetRelay(_relayConsent);
        _core.Reach.SetContacts(_contacts);
        var finds = _finds.ToList();
        _finds.Clear();
        foreach (var find in finds)
            Begin(_core, now, find);
        BeginSearchesAnew(now);
    }

    private void TellChanged()
    {
        lock (_gate)
        {
            _changedIsArmed = false;
            if (_isDisposed)
                return;
            _toldVersion = _core.Version;
            _toldAt = _clock.Now();
        }

        _observer.Changed();
    }

    // Outside of the gate: whoever is told may call us again.
    private void Tell()
    {
        while (true)
        {
            Action telling;
            lock (_gate)
            {
                if (_tellings.Count == 0)
                    return;
                telling = _tellings[0];
                _tellings.RemoveAt(0);
            }

            telling();
        }
    }

    // A defect of ours: one datagram or call is lost for it, not the node.
    private void Report(Exception error) => _options.Log?.WriteLine($"overlay: {error}");
}
