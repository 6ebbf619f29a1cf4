using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Nat;

/// <summary>The sockets beside a node's port: each is a node of the network at the same address, behind the same NAT.</summary>
internal sealed class SimulatedSockets : INatSockets
{
    private const int FirstPort = 49_152;
    private const int Ports = 16_000;

    private readonly SimulatedNode _node;
    private readonly Dictionary<int, SimulatedNode<Extra>> _open = [];
    private readonly HashSet<ushort> _ports = [];

    public SimulatedSockets(SimulatedNode node, bool hasAlternate)
    {
        _node = node;
        if (hasAlternate)
            AlternatePort = Open(NatSocket.Alternate);
    }

    /// <summary>Whose they are; set once it is there.</summary>
    public SimulatedNode<OverlayCore>? Owner { get; set; }

    public ushort AlternatePort { get; }

    public int Count => _open.Count;

    public ushort Open(int socket)
    {
        ushort port;
        do
            port = (ushort)(FirstPort + _node.Random.NextBelow(Ports));
        while (!_ports.Add(port));
        var at = _node.Address.WithPort(port);
        Extra Make(SimulatedNode _) => new(this, socket);
        _open.Add(socket, _node.Nat is { } nat ? _node.Network.AddBehind(nat, Make, at) : _node.Network.Add(Make, at));
        return port;
    }

    public void Close(int socket)
    {
        if (_open.Remove(socket, out var extra))
            extra.Leave();
    }

    public void Send(int socket, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        if (_open.TryGetValue(socket, out var extra))
            extra.Send(to, datagram);
    }

    private sealed class Extra(SimulatedSockets sockets, int socket) : IDatagramCore
    {
        public long NextDeadline => long.MaxValue;

        public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
        {
            var bytes = datagram.ToArray();
            sockets.Owner?.Do((core, at) => core.ReceiveExtra(at, socket, from, bytes));
        }

        public void Tick(long now)
        {
        }
    }
}
