using Kith.Overlay.Host;
using Kith.Overlay.Nat;
using Kith.Overlay.Walker;
using Kith.Transport.PortMapping;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>Observing the NAT, from sockets of its own.</content>
internal sealed partial class OverlayCore : INatGround
{
    private readonly ExtraPort _extraPort;
    private readonly SealingSink _extraSink;

    /// <summary>What stands between us and the internet.</summary>
    public NatCore Nat { get; }

    OwnNetworks INatGround.Networks => _networks;

    ushort INatGround.Port => _port;

    Endpoint? INatGround.Wan => Walker.Wan;

    IReadOnlyList<WanReport> INatGround.Votes => [.. Walker.Wan4.Reports, .. Walker.Wan6.Reports];

    bool INatGround.WasReached => _reachability.IsProven(_now);

    IReadOnlyList<Endpoint> INatGround.Neighbours => Walker.Neighbours(_now);

    int INatGround.Asked => _reachability.Asked;

    ushort INatGround.AlternatePort => _outside.NatSockets.AlternatePort;

    /// <summary>Takes what came to one of the sockets beside the port (<see cref="NatSocket"/>): nothing but what observes NATs.</summary>
    public void ReceiveExtra(long now, int socket, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        Enter(now);
        if (!TryAdmit(from, isForAll: false, ref datagram) || DatagramKinds.Of(datagram) != DatagramKind.Nat)
            return;
        Nat.Receive(now, socket, from, datagram);
        Exchange();
    }

    /// <summary>The router has mapped ports, or has not.</summary>
    public void RouterMapped(long now, MappingState router)
    {
        Enter(now);
        Nat.RouterMapped(now, router);
        Exchange();
    }

    /// <summary>A connection over TCP to somebody on the internet came about.</summary>
    public void TcpWorked(long now)
    {
        Enter(now);
        Nat.TcpWorked(now);
        Exchange();
    }

    bool INatGround.MayOrder(Endpoint by) => Walker.HasAnsweredLately(_now, by);

    ReadOnlySpan<byte> INatGround.TokenOf(Endpoint peer) => Walker.TokenOf(peer);

    void INatGround.WriteToken(Endpoint address, Span<byte> token) => Walker.Tokens.Write(_now, address, token);

    bool INatGround.Verify(Endpoint address, ReadOnlySpan<byte> token) => Walker.Tokens.Verify(_now, address, token);

    void INatGround.Send(int socket, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        if (socket == NatSocket.Main)
        {
            _sink.Send(to, datagram);
            return;
        }

        _extraPort.Socket = socket;
        _extraSink.Send(to, datagram);
    }

    ushort INatGround.Open(int socket)
    {
        var port = _outside.NatSockets.Open(socket);
        _extraPort.Opened(socket, port, _seal);
        return port;
    }

    void INatGround.Close(int socket)
    {
        _outside.NatSockets.Close(socket);
        _extraPort.Closed(socket, _seal);
    }

    private void HeardFrom(Endpoint from)
    {
        if (AddressScope.KindOf(from) is AddressKind.Global or AddressKind.Documentation)
            Nat.Heard(_now);
    }

    /// <summary>The sockets as one more port: which of them sends is set before.</summary>
    private sealed class ExtraPort(INatSockets sockets) : IDatagramSink
    {
        private readonly Dictionary<int, ushort> _ports = [];

        public int Socket { get; set; }

        public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => sockets.Send(Socket, to, datagram);

        public void Opened(int socket, ushort port, Swarm.SwarmSeal? seal)
        {
            if (port == 0)
                return;
            _ports[socket] = port;
            seal?.AddPort(port);
        }

        public void Closed(int socket, Swarm.SwarmSeal? seal)
        {
            if (_ports.Remove(socket, out var port))
                seal?.RemovePort(port);
        }
    }
}
