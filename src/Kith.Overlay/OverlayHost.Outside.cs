using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Overlay.Entry;
using Kith.Overlay.Host;
using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Transport.Dns;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>What the core wants done outside of its port.</content>
public sealed partial class OverlayHost
{
    private sealed class Outside(OverlayHost host) : IOutside, IDatagramTaker, IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly List<Task> _tasks = []; // used with the host's gate held
        private readonly DnsTransport _dns = new(host._time);
        private MulticastPort? _multicast;
        private readonly ExtraSockets _sockets = new(host);
        private readonly ManySockets _punchSockets = new(host);

        /// <summary>Why the local network is not heard, one sentence; null when it is, or shall not be.</summary>
        public string? Problem => _multicast?.Problem;

        /// <summary>Opens the local network's port where it is wanted.</summary>
        public void Open()
        {
            if (host._options.LocalNetwork)
                _multicast = MulticastPort.Open([.. host._port.LocalEndPoints.Select(local => local.Address)], this, host._time, changed: host.NetworkChanged);
        }

        public INatSockets NatSockets => _sockets;

        public IPunchSockets PunchSockets => _punchSockets;

        public Endpoint RouteTo(Endpoint introducer) => host._route?.Invoke(introducer) ?? introducer;

        public void Reached(X25519PublicKey key, Endpoint at) => host.TellReached(key, at);

        public Endpoint Behind(Endpoint from) => UdpPort.IsVirtual(from) && host._port.PathOf(from) is { } path && path.Outer != default ? path.Outer : from;

        public void Meet(X25519PublicKey key, Endpoint at, bool isInitiator) => host._tellings.Add(() => host._observer.Meet(key, at, isInitiator));

        public void SendMulticast(ReadOnlySpan<byte> datagram) => _multicast?.Send(datagram);

        void IDatagramTaker.Take(Endpoint from, ReadOnlySpan<byte> datagram) => host.Take(from, datagram, isForAll: true);

        // The caller holds the gate, as each call of the core's does.
        public void Knocked(FindSecret secret, Contactable content, long madeAt) => host._tellings.Add(() => host._observer.Knocked(secret, content, madeAt));

        public Endpoint Add(CircuitEnd end) => host._traffic.Add(end);

        public void Remove(Endpoint path, RelayRefusal why)
        {
            host._traffic.Remove(path, why);
            host._tellings.Add(() => host._observer.CircuitEnded(path, why));
        }

        public void Resolve(int id, string name) => Own(ResolveAsync(id, name));

        public void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message) => Own(ExchangeAsync(id, server, message));

        // Called once the host does nothing any more.
        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            if (_multicast is not null)
                await _multicast.DisposeAsync().ConfigureAwait(false);
            await _sockets.DisposeAsync().ConfigureAwait(false);
            _punchSockets.Dispose();
            await Task.WhenAll(_tasks).ConfigureAwait(false);
            _stopping.Dispose();
        }

        private void Own(Task task)
        {
            _tasks.RemoveAll(static done => done.IsCompleted);
            _tasks.Add(task);
        }

        private async Task ExchangeAsync(int id, Endpoint? server, ReadOnlyMemory<byte> message)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            try
            {
                var answer = await _dns.ExchangeAsync(server, message, _stopping.Token).ConfigureAwait(false);
                host.Run((core, now) => core.Exchanged(now, id, answer ?? ReadOnlyMemory<byte>.Empty));
            }
            catch (OperationCanceledException)
            {
                // The node stops.
            }
        }

        private async Task ResolveAsync(int id, string name)
        {
            // The caller holds the gate.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            try
            {
                var addresses = await System.Net.Dns.GetHostAddressesAsync(name, _stopping.Token).ConfigureAwait(false);
                host.Run((core, now) => core.Resolved(now, id, addresses, addresses.Length == 0 ? ResolveError.NoSuchName : ResolveError.None));
            }
            catch (SocketException error)
            {
                var isUnknown = error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
                host.Run((core, now) => core.Resolved(now, id, [], isUnknown ? ResolveError.NoSuchName : ResolveError.Unreachable));
            }
            catch (OperationCanceledException)
            {
                // The node stops.
            }
        }
    }
}
