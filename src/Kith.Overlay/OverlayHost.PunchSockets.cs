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

    // Used with the host's gate held, but for what the sockets' own threads bring.
    private sealed class ManySockets(OverlayHost host) : IPunchSockets, IExtraTaker, IDisposable
    {
        private readonly Dictionary<ulong, List<UdpExtraSocket>> _open = [];
        private readonly Dictionary<UdpExtraSocket, (ulong Punch, int Socket)> _places = [];
        private readonly List<UdpExtraSocket> _kept = [];

        public int Open(ulong punch, int count)
        {
            var sockets = new List<UdpExtraSocket>();
            while (sockets.Count < count && TryOpen() is { } socket)
            {
                _places[socket] = (punch, sockets.Count);
                sockets.Add(socket);
            }

            _open[punch] = sockets;
            return sockets.Count;
        }

        public void Send(ulong punch, int socket, Endpoint to, ReadOnlySpan<byte> datagram)
        {
            if (_open.TryGetValue(punch, out var sockets) && socket < sockets.Count)
                sockets[socket].TrySend(to, datagram);
        }

        public Endpoint? Keep(ulong punch, int socket, Endpoint to)
        {
            if (!_open.TryGetValue(punch, out var sockets) || socket >= sockets.Count)
                return null;
            var kept = sockets[socket];
            if (!_kept.Contains(kept))
                _kept.Add(kept);
            if (_kept.Count > MaxKeptSockets)
            {
                _kept[0].Dispose();
                _kept.RemoveAt(0);
            }

            return kept.BecomePath(to);
        }

        public void Close(ulong punch)
        {
            if (!_open.Remove(punch, out var sockets))
                return;
            foreach (var socket in sockets)
            {
                _places.Remove(socket);
                if (!_kept.Contains(socket))
                    socket.Dispose();
            }
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
                    host.TakeProbe(place.Punch, place.Socket, from, datagram);
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
            foreach (var punch in _open.Keys.ToList())
                Close(punch);
            foreach (var socket in _kept)
                socket.Dispose();
        }

        // NATs of this kind are IPv4's.
        private UdpExtraSocket? TryOpen() => host._port.OpenExtra(AddressFamily.InterNetwork, this);
    }
}
