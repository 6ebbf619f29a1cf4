using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Host;
using Kith.Overlay.Reach;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Simulation.Reach;

/// <summary>Whole overlay nodes, some of them people who call each other, with the sockets that punches open.</summary>
internal sealed class ReachWorld(ulong seed, LinkQuality quality)
{
    private const int EntryPoints = 3;

    private readonly List<Endpoint> _public = [];

    public SimulatedNetwork Network { get; } = new(seed, quality);

    /// <summary>Adds public nodes that everybody after them knows.</summary>
    public List<Caller> AddPublic(int count) => [.. Enumerable.Range(0, count).Select(_ => Add())];

    /// <summary>Adds a node behind a NAT, or in the open, and starts it.</summary>
    public Caller Add(SimulatedNat? nat = null, Endpoint? address = null)
    {
        var caller = new Caller(Network, X25519PrivateKey.Generate(Network.Random));
        var entries = _public.Take(EntryPoints).Select(entry => entry.ToString()).ToArray();
        OverlayCore Make(SimulatedNode node) => new(
            new OverlayOptions { EntryPoints = entries, LocalNetwork = false, Mainline = false, Identity = new TransportIdentity(caller.Key, null, node.Random) },
            node.Address.Port, new OwnNetworks([node.Address]), node, caller, node.Random, Network.Now);
        caller.Node = nat is null ? Network.Add(Make, address) : Network.AddBehind(nat, Make, address);
        if (nat is null)
            _public.Add(caller.Node.Address);
        caller.Node.Do((core, now) => core.Start(now));
        return caller;
    }

    /// <summary>Makes two each other's contacts.</summary>
    public static void Befriend(Caller one, Caller other)
    {
        one.Node.Core.Reach.SetContacts([other.Key.PublicKey]);
        other.Node.Core.Reach.SetContacts([one.Key.PublicKey]);
    }
}

/// <summary>A node with a key: what it reached, and the sockets that it opened.</summary>
internal sealed class Caller(SimulatedNetwork network, X25519PrivateKey key) : IOutside, IPunchSockets
{
    private const ulong VirtualPrefix = 0x0100_0000_0000_0000;

    private readonly Dictionary<(ulong Punch, int Socket), SimulatedNode> _sockets = [];

    public X25519PrivateKey Key => key;

    public SimulatedNode<OverlayCore> Node { get; set; } = null!;

    /// <summary>Where others were heard, and when.</summary>
    public List<(X25519PublicKey Key, Endpoint At, long When)> Heard { get; } = [];

    public int SocketsOpened { get; private set; }

    public int SocketsOpen => _sockets.Count;

    public IPunchSockets PunchSockets => this;

    /// <summary>Where this node is called.</summary>
    public IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> Via => [.. Node.Core.Reach.Via.Select(text =>
    {
        Assert.True(NodeAddress.TryParse(text, out var address));
        return (Endpoint.From(address!.ToIPEndPoint()!), address.Handle!.Value);
    })];

    /// <summary>Calls another.</summary>
    public ReachCall Call(Caller other, IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)>? via = null)
    {
        var call = new ReachCall { Began = network.Now };
        Node.Do((core, now) => core.Reach.Call(now, other.Key.PublicKey, via ?? other.Via, at =>
        {
            call.Working.Add(at);
            call.FirstAt ??= network.Now;
        }, outcome => call.Outcome = outcome));
        return call;
    }

    public void Reached(X25519PublicKey by, Endpoint at) => Heard.Add((by, at, network.Now));

    int IPunchSockets.Open(ulong punch, int count)
    {
        count = Math.Min(count, UdpPort.MaxExtraSockets - _sockets.Count);
        for (var i = 0; i < count; i++)
        {
            var socket = i;
            Endpoint at;
            do
                at = Node.Address.WithPort((ushort)(1024 + network.Random.NextInt32(60_000)));
            while (_sockets.Values.Any(other => other.Address == at) || at == Node.Address);
            var core = new SocketCore((from, datagram) => Node.Do((overlay, now) => overlay.ReceiveProbe(now, punch, socket, from, datagram)));
            _sockets[(punch, socket)] = Node.Nat is { } nat ? network.AddBehind(nat, _ => core, at) : network.Add(_ => core, at);
        }

        SocketsOpened += count;
        return count;
    }

    void IPunchSockets.Send(ulong punch, int socket, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        if (_sockets.TryGetValue((punch, socket), out var node))
            node.Send(to, datagram);
    }

    Endpoint? IPunchSockets.Keep(ulong punch, int socket, Endpoint to) => Endpoint.FromIPv6(VirtualPrefix, (ulong)socket + 1, 1);

    void IPunchSockets.Close(ulong punch)
    {
        foreach (var (place, node) in _sockets.Where(socket => socket.Key.Punch == punch).ToList())
        {
            node.Leave();
            _sockets.Remove(place);
        }
    }

    void IOutside.SendMulticast(ReadOnlySpan<byte> datagram)
    {
    }

    void IOutside.Resolve(int id, string host)
    {
    }

    void IOutside.ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message)
    {
    }

    void IOutside.Knocked(FindSecret secret, Contactable content, long madeAt)
    {
    }

    private sealed class SocketCore(Action<Endpoint, byte[]> take) : IDatagramCore
    {
        public long NextDeadline => long.MaxValue;

        public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram) => take(from, datagram.ToArray());

        public void Tick(long now)
        {
        }
    }
}

/// <summary>A call and what became of it.</summary>
internal sealed class ReachCall
{
    public long Began { get; init; }

    public List<Endpoint> Working { get; } = [];

    public long? FirstAt { get; set; }

    public ReachOutcome? Outcome { get; set; }

    public long? Took => FirstAt - Began;
}
