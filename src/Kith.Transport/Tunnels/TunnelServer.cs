using System.Net;
using System.Net.Sockets;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tunnels;

/// <summary>
/// Takes tunnels from nodes whose network lets no UDP through: each becomes an endpoint of our port, so that whoever answers datagrams answers them. What comes by a tunnel goes to
/// this port's takers and never on to anybody else. For several threads.
/// </summary>
/// <param name="port">The port whose takers get the datagrams.</param>
/// <param name="time">The clock.</param>
public sealed class TunnelServer(UdpPort port, TimeProvider time) : ISessionTaker, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new(); // guards everything below
    private readonly Dictionary<ulong, int> _perPrefix = [];
    private readonly HashSet<Task> _tasks = [];
    private int _count;
    private bool _isDisposed;

    /// <summary>Tunnels that there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Tunnels refused over a limit.</summary>
    public long Refused { get; private set; }

    /// <inheritdoc/>
    public bool TryTake(ISession session, IStream first)
    {
        var prefix = PrefixOf(session.RemoteEndPoint);
        lock (_gate)
        {
            if (_isDisposed)
                return false;
            var ofPrefix = prefix is { } known ? _perPrefix.GetValueOrDefault(known) : 0;
            if (_count >= TunnelLimits.MaxTunnels || ofPrefix >= TunnelLimits.MaxPerPrefix)
            {
                Refused++;
                return false;
            }

            _count++;
            if (prefix is { } counted)
                _perPrefix[counted] = ofPrefix + 1;
            _tasks.RemoveWhere(static done => done.IsCompleted);
            _tasks.Add(RunAsync(session, first, prefix));
            return true;
        }
    }

    /// <summary>Closes every tunnel.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            tasks = [.. _tasks];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(tasks).ConfigureAwait(false);
        _stopping.Dispose();
    }

    // 24 bits of IPv4, 48 of IPv6; null for this machine, whose users are not strangers to each other.
    private static ulong? PrefixOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address } || IPAddress.IsLoopback(address))
            return null;
        var endpoint = Endpoint.From(address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, 1);
        return endpoint.IsIPv4 ? endpoint.IPv4 >> 8 : endpoint.High & ~0xFFFFUL;
    }

    private async Task RunAsync(ISession session, IStream stream, ulong? prefix)
    {
        // Not on the caller's stack: it holds our lock and perhaps its own.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var path = new ServedTunnel(session, stream, port, time);
        await path.RunAsync(_stopping.Token).ConfigureAwait(false);
        lock (_gate)
        {
            _count--;
            if (prefix is { } counted && --_perPrefix[counted] == 0)
                _perPrefix.Remove(counted);
        }
    }

    /// <summary>One tunnel as a path of the port.</summary>
    private sealed class ServedTunnel : IVirtualPath
    {
        private readonly UdpPort _port;
        private readonly TimeProvider _time;
        private readonly ISession _session;
        private readonly Tunnel _tunnel;
        private readonly long _started;
        private Endpoint _at;
        private double _bytes = 2.0 * TunnelLimits.BytesPerSecond;
        private double _datagrams = 2.0 * TunnelLimits.DatagramsPerSecond;
        private TimeSpan _refilled;

        public ServedTunnel(ISession session, IStream stream, UdpPort port, TimeProvider time)
        {
            (_session, _port, _time) = (session, port, time);
            _started = time.GetTimestamp();
            _tunnel = new Tunnel(session, stream, time, Receive);
        }

        public PathKind Kind => PathKind.Tunnel;

        public int MaxDatagram => TunnelLimits.MaxDatagram;

        public string Describe() => $"tunnel from {_session.RemoteEndPoint}";

        public Endpoint Outer => _session.RemoteEndPoint is System.Net.IPEndPoint remote ? Endpoint.From(remote) : default;

        public bool TrySend(ReadOnlySpan<byte> datagram) => _tunnel.TrySend(datagram);

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            _at = _port.AddPath(this);
            await _tunnel.RunAsync(cancellationToken).ConfigureAwait(false);
            _port.RemovePath(_at);
        }

        // On the session's loop alone.
        private void Receive(ReadOnlyMemory<byte> datagram)
        {
            var now = _time.GetElapsedTime(_started);
            var passed = (now - _refilled).TotalSeconds;
            _refilled = now;
            _bytes = Math.Min(2.0 * TunnelLimits.BytesPerSecond, _bytes + (passed * TunnelLimits.BytesPerSecond));
            _datagrams = Math.Min(2.0 * TunnelLimits.DatagramsPerSecond, _datagrams + (passed * TunnelLimits.DatagramsPerSecond));
            if (_bytes < datagram.Length || _datagrams < 1)
                return;
            _bytes -= datagram.Length;
            _datagrams--;
            _port.DeliverFrom(_at, datagram.Span);
        }
    }
}
