using Kith.Overlay.Relay;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Overlay.Tests.Relay;

/// <summary>Nodes with nothing but relays between them: what one sends arrives at once, unless the test takes it.</summary>
internal sealed class RelayWorld
{
    private readonly Dictionary<Endpoint, RelayNode> _nodes = [];
    private readonly Queue<(Endpoint From, Endpoint To, byte[] Datagram)> _inFlight = new();

    public long Now { get; private set; } = 1_000_000;

    /// <summary>Whether a datagram is lost.</summary>
    public Func<Endpoint, Endpoint, byte[], bool> IsLost { get; set; } = (_, _, _) => false;

    /// <summary>Everything that was sent.</summary>
    public List<(Endpoint From, Endpoint To, byte[] Datagram)> Sent { get; } = [];

    public RelayNode Add(string address, RelayConsent consent = RelayConsent.Off)
    {
        var at = At(address);
        var node = new RelayNode(this, at);
        _nodes.Add(at, node);
        node.Core.SetConsent(consent);
        return node;
    }

    public static Endpoint At(string text) => Endpoint.TryParse(text, out var endpoint) ? endpoint : throw new FormatException(text);

    /// <summary>A NAT gives a node another address.</summary>
    public void Move(RelayNode node, string address)
    {
        _nodes.Remove(node.At);
        node.At = At(address);
        _nodes.Add(node.At, node);
    }

    public void Send(Endpoint from, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        var sent = (from, to, datagram.ToArray());
        Sent.Add(sent);
        if (!IsLost(from, to, sent.Item3))
            _inFlight.Enqueue(sent);
    }

    /// <summary>Until nothing is on its way.</summary>
    public void Settle()
    {
        while (_inFlight.TryDequeue(out var next))
        {
            if (_nodes.TryGetValue(next.To, out var node))
                node.Take(Now, next.From, next.Datagram);
        }
    }

    /// <summary>Lets time pass, deadline by deadline.</summary>
    public void Run(long milliseconds)
    {
        Settle();
        for (var end = Now + milliseconds; ;)
        {
            var next = _nodes.Values.Min(node => node.Core.NextDeadline);
            if (next > end)
            {
                Now = end;
                return;
            }

            Now = Math.Max(Now, next);
            foreach (var node in _nodes.Values.ToArray())
                node.Core.Tick(Now);
            Settle();
        }
    }

    /// <summary>Registers a node at another under a handle.</summary>
    public static byte[] Register(RelayNode node, RelayNode at, byte number, bool takesCircuits = true)
    {
        var handle = new byte[RelayLimits.HandleSize];
        handle[0] = number;
        at.Registered[Convert.ToHexString(handle)] = new RelayRegistrant(node.At, takesCircuits);
        node.Introducers.Add(at.At);
        return handle;
    }

    /// <summary>Asks for a circuit and lets <paramref name="milliseconds"/> pass.</summary>
    public CircuitResult? Open(RelayNode caller, RelayNode relay, byte[] handle, long milliseconds = 0)
    {
        CircuitResult? result = null;
        _ = caller.Core.Open(Now, relay.At, handle, done => result = done);
        Run(milliseconds);
        return result;
    }
}

/// <summary>One of them.</summary>
internal sealed class RelayNode : IDatagramSink, ICircuitPaths, IRelayRegistrations
{
    private readonly RelayWorld _world;
    private ulong _lastPath;

    public RelayNode(RelayWorld world, Endpoint at)
    {
        (_world, At) = (world, at);
        Core = new RelayCore(new OwnNetworks([at]), this, new SimulatedRandom(at.Low), this, this);
    }

    public Endpoint At { get; set; }

    public RelayCore Core { get; }

    public Dictionary<string, RelayRegistrant> Registered { get; } = [];

    public HashSet<Endpoint> Introducers { get; } = [];

    public Dictionary<Endpoint, CircuitEnd> Paths { get; } = [];

    public List<(Endpoint Path, RelayRefusal Why)> Ended { get; } = [];

    public List<(Endpoint Path, byte[] Packet)> Received { get; } = [];

    public CircuitEnd End => Paths.Values.Single();

    public void Take(long now, Endpoint from, byte[] datagram)
    {
        if (datagram[0] != RelayLimits.DataByte)
        {
            Core.Receive(now, from, datagram);
            return;
        }

        switch (Core.Table.Take(now, from, datagram, out var to))
        {
            case PacketFate.Forward:
                _world.Send(At, to, datagram);
                break;
            case PacketFate.Deliver:
                Received.Add((to, datagram[RelayLimits.DataHeaderSize..]));
                break;
            case PacketFate.Moved:
                Core.TellMoved(from, CircuitTable.IdOf(datagram));
                break;
            default:
                break;
        }
    }

    /// <summary>Sends a packet by a circuit; false when it has ended.</summary>
    public bool Send(CircuitEnd end, byte[] packet)
    {
        if (!Core.Table.TryUse(_world.Now, end))
            return false;
        _world.Send(At, end.Relay, end.Wrap(packet, new byte[packet.Length + RelayLimits.DataHeaderSize]));
        return true;
    }

    void IDatagramSink.Send(Endpoint to, ReadOnlySpan<byte> datagram) => _world.Send(At, to, datagram);

    Endpoint ICircuitPaths.Add(CircuitEnd end)
    {
        var path = Endpoint.FromIPv6(0x0100_0000_0000_0000, ++_lastPath, 1);
        Paths.Add(path, end);
        return path;
    }

    void ICircuitPaths.Remove(Endpoint path, RelayRefusal why)
    {
        Assert.True(Paths.Remove(path));
        Ended.Add((path, why));
    }

    bool IRelayRegistrations.TryFind(ReadOnlySpan<byte> handle, out RelayRegistrant registrant) => Registered.TryGetValue(Convert.ToHexString(handle), out registrant);

    bool IRelayRegistrations.IsRegisteredWith(Endpoint introducer) => Introducers.Contains(introducer);
}
