using System.Net.Sockets;
using Kith.Overlay.Reach;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>The further sockets of punches.</content>
public sealed partial class OverlayHost
{
    /// <summary>Sockets that got through and are kept as paths; of more the oldest is closed.</summary>
    private const int MaxKeptSockets = 32;

    /// <summary>Stands where a punch's number would: a probe says itself which one it is of.</summary>
    private const ulong EveryPunch = 0;

    // Used with the host's gate held, but for what the sockets' own threads bring. All punches at one time share the sockets.
    private sealed class ManySockets(OverlayHost host) : IPunchSockets, IExtraTaker, IDisposable
    {
        private readonly HashSet<ulong> _punches = [];
        private readonly List<UdpExtraSocket> _open = [];
        private readonly Dictionary<UdpExtraSocket, int> _places = [];
        private readonly List<UdpExtraSocket> _kept = [];

        public int Open(ulong punch, int count)
        {
            _punches.Add(punch);
            while (_open.Count < count && TryOpen() is { } socket)
            {
                _places[socket] = _open.Count;
                _open.Add(socket);
            }

            return _open.Count;
        }

        public void Send(ulong punch, int socket, Endpoint to, ReadOnlySpan<byte> datagram)
        {
            if (socket < _open.Count)
                _open[socket].TrySend(to, datagram);
        }

        public Endpoint? Keep(ulong punch, int socket, Endpoint to)
        {
            if (socket >= _open.Count || _open[socket].BecomePath(to) is not { } path)
                return null;
            if (!_kept.Contains(_open[socket]))
                _kept.Add(_open[socket]);
            if (_kept.Count > MaxKeptSockets)
            {
                _kept[0].Dispose();
                _kept.RemoveAt(0);
            }

            return path;
        }

        public void Close(ulong punch)
        {
            if (!_punches.Remove(punch) || _punches.Count > 0)
                return;
            foreach (var socket in _open)
            {
                if (!_kept.Contains(socket))
                    socket.Dispose();
            }

            _open.Clear();
            _places.Clear();
        }

        // On a thread of the socket's.
        public void Take(UdpExtraSocket socket, Endpoint from, ReadOnlySpan<byte> datagram)
        {
            if (datagram[0] != ProbePacket.First)
                return;
            lock (host._gate)
            {
                if (host._isDisposed || !_places.TryGetValue(socket, out var place))
                    return;
                try
                {
                    host.TakeProbe(EveryPunch, place, from, datagram);
                }
                catch (Exception error)
                {
                    host.Report(error);
                }
            }

            host.Tell();
        }

        public void Dispose()
        {
            foreach (var socket in _open.Union(_kept))
                socket.Dispose();
        }

        // NATs of this kind are IPv4's.
        private UdpExtraSocket? TryOpen() => host._port.OpenExtra(AddressFamily.InterNetwork, this);
    }
}
