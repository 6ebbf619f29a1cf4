using System.Net.Sockets;
using Kith.Overlay.Nat;
using Kith.Transport.PortMapping;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>The sockets beside the port, with which NATs are observed.</content>
public sealed partial class OverlayHost
{
    private PortMapper? _mapper;
    private MappingState _router = MappingState.None; // guarded by the gate

    /// <inheritdoc/>
    public void TcpWorked() => Run(static (core, now) => core.TcpWorked(now));

    private void StartMapping()
    {
        if (!_options.PortMapping || _port.IsLoopbackOnly)
            return;
        _mapper = PortMapper.Start((ushort)_port.Port, state => Run((core, now) =>
        {
            _router = state;
            core.RouterMapped(now, state);
        }), _random, _time);
    }

    private void TakeExtra(int socket, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            try
            {
                _core.ReceiveExtra(_clock.Now(), socket, from, datagram);
                FollowUp();
            }
            catch (Exception error)
            {
                Report(error);
            }
        }

        Tell();
    }

    // Used with the host's gate held, as each call of the core's is.
    private sealed class ExtraSockets(OverlayHost host) : INatSockets, IAsyncDisposable
    {
        private readonly Dictionary<int, UdpPort> _ports = [];
        private readonly List<Task> _closing = [];
        private bool _triedAlternate;

        public ushort AlternatePort
        {
            get
            {
                // On this machine alone there is nothing to observe.
                if (!_triedAlternate && !host._port.IsLoopbackOnly)
                {
                    _triedAlternate = true;
                    _ = Open(NatSocket.Alternate);
                }

                return _ports.TryGetValue(NatSocket.Alternate, out var port) ? (ushort)port.Port : (ushort)0;
            }
        }

        public ushort Open(int socket)
        {
            try
            {
                var port = UdpPort.Open([.. host._port.LocalEndPoints.Select(local => local.Address)], 0, host._time);
                port.Register((byte)'d', new Taker(host, socket));
                port.Start();
                _ports.Add(socket, port);
                return (ushort)port.Port;
            }
            catch (SocketException)
            {
                // Out of ports or descriptors: nothing is observed this time.
                return 0;
            }
        }

        public void Close(int socket)
        {
            if (!_ports.Remove(socket, out var port))
                return;
            _closing.RemoveAll(static done => done.IsCompleted);
            _closing.Add(port.DisposeAsync().AsTask());
        }

        public void Send(int socket, Endpoint to, ReadOnlySpan<byte> datagram)
        {
            if (_ports.TryGetValue(socket, out var port))
                port.Send(to, datagram);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var socket in _ports.Keys.ToList())
                Close(socket);
            await Task.WhenAll(_closing).ConfigureAwait(false);
        }

        private sealed class Taker(OverlayHost host, int socket) : IDatagramTaker
        {
            public void Take(Endpoint from, ReadOnlySpan<byte> datagram) => host.TakeExtra(socket, from, datagram);
        }
    }
}
