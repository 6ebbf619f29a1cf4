using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

/// <summary>Some reach cores on a network that delivers at once, or only what a test lets through.</summary>
internal sealed class ReachScene
{
    private readonly Dictionary<Endpoint, ReachSide> _sides = [];

    /// <summary>Unix milliseconds.</summary>
    public long Now { get; private set; } = 1_767_225_600_000;

    /// <summary>What travels: false keeps it from arriving.</summary>
    public Func<Endpoint, Endpoint, byte[], bool> Lets { get; set; } = (_, _, _) => true;

    /// <summary>Adds a node; those who know it as an introducer are told so by the test.</summary>
    public ReachSide Add(string address, SecretBytes? swarm = null, OwnNetworks? networks = null)
    {
        Assert.True(Endpoint.TryParse(address, out var at));
        var side = new ReachSide(this, at, networks ?? new OwnNetworks([at]), swarm);
        _sides.Add(at, side);
        return side;
    }

    /// <summary>Lets time pass, each core doing what is due.</summary>
    public void Run(long milliseconds)
    {
        const long Step = 5;
        for (var end = Now + milliseconds; Now < end; Now += Step)
        {
            foreach (var side in _sides.Values)
            {
                if (side.Core.NextDeadline <= Now)
                    side.Core.Tick(Now);
            }

            Deliver();
        }
    }

    /// <summary>Lets time pass all at once.</summary>
    public void Pass(long milliseconds)
    {
        Now += milliseconds - 5;
        Run(5);
    }

    /// <summary>Delivers what is on its way, and what comes of it.</summary>
    public void Deliver()
    {
        while (_sides.Values.FirstOrDefault(side => side.Outgoing.Count > 0) is { } sender)
        {
            var (to, datagram) = sender.Outgoing.Dequeue();
            if (!Lets(sender.Address, to, datagram) || !_sides.TryGetValue(to, out var receiver))
                continue;
            if (datagram[0] == ProbePacket.First)
                receiver.Core.ReceiveProbe(Now, sender.Address, datagram);
            else
                receiver.Core.Receive(Now, sender.Address, datagram);
        }
    }

    /// <summary>Registers a node with an introducer, and runs until it is.</summary>
    public void Register(ReachSide node, params ReachSide[] introducers)
    {
        node.KnownIntroducers = [.. introducers.Select(one => one.Address)];
        node.Core.Start(Now);
        Run(1_200);
    }
}

/// <summary>One node of a scene, and all that it sent.</summary>
internal sealed class ReachSide : IReachGround
{
    public ReachSide(ReachScene scene, Endpoint address, OwnNetworks networks, SecretBytes? swarm)
    {
        Address = address;
        Networks = networks;
        Wan4 = address.IsIPv4 ? address : null;
        Wan6 = address.IsIPv4 ? null : address;
        Candidates = [address];
        Core = new ReachCore(this, new TransportIdentity(Key, swarm, SystemRandom.Instance), SystemRandom.Instance);
        Scene = scene;
    }

    public ReachScene Scene { get; }

    public X25519PrivateKey Key { get; } = X25519PrivateKey.Generate(SystemRandom.Instance);

    public Endpoint Address { get; }

    public ReachCore Core { get; private set; }

    /// <summary>Forgets all but the key.</summary>
    public void Restart() => Core = new ReachCore(this, new TransportIdentity(Key, null, SystemRandom.Instance), SystemRandom.Instance);

    public Queue<(Endpoint To, byte[] Datagram)> Outgoing { get; } = [];

    public List<(Endpoint To, byte[] Datagram)> Sent { get; } = [];

    public List<(X25519PublicKey Key, Endpoint At)> Heard { get; } = [];

    public IReadOnlyList<Endpoint> KnownIntroducers { get; set; } = [];

    public OwnNetworks Networks { get; set; }

    public bool? IsReachable { get; set; }

    public IReadOnlyList<Endpoint> Candidates { get; set; }

    public Endpoint? Wan4 { get; set; }

    public Endpoint? Wan6 { get; set; }

    public NatKind Nat { get; set; }

    public bool PortVaries { get; set; }

    public IPunchSockets Sockets => NoPunchSockets.Instance;

    public int ViaChanges { get; private set; }

    /// <summary>Where it is called.</summary>
    public IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> Via => [.. Core.Via.Select(text =>
    {
        Assert.True(NodeAddress.TryParse(text, out var address));
        return (Endpoint.From(address!.ToIPEndPoint()!), address.Handle!.Value);
    })];

    /// <summary>The last message of a type that it sent; null when there was none.</summary>
    public byte[]? Last(ReachMessageType type) =>
        Sent.FindLast(sent => ReachMessage.TryRead(sent.Datagram, out var message) && message.Type == type).Datagram;

    public int Count(ReachMessageType type) => Sent.Count(sent => ReachMessage.TryRead(sent.Datagram, out var message) && message.Type == type);

    public int Probes => Sent.Count(sent => sent.Datagram[0] == ProbePacket.First);

    /// <summary>Calls another; the outcome comes as the scene runs.</summary>
    public SceneCall Call(ReachSide other, IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)>? via = null, long? now = null)
    {
        var call = new SceneCall();
        Core.Call(now ?? Scene.Now, other.Key.PublicKey, via ?? other.Via, call.Working.Add, outcome => call.Outcome = outcome);
        return call;
    }

    public IReadOnlyList<Endpoint> Introducers(bool preferRelays) => KnownIntroducers;

    public bool Serves(Endpoint peer) => KnownRelays.Contains(peer);

    public HashSet<Endpoint> KnownRelays { get; } = [];

    public IReadOnlyList<Endpoint> Entries { get; set; } = [];

    public ushort Port => Address.Port;

    public Endpoint MappedTcp { get; set; }

    /// <summary>Where others see tunnels come from.</summary>
    public Dictionary<Endpoint, Endpoint> Outer { get; } = [];

    /// <summary>Connections by TCP that it was to make, and when.</summary>
    public List<(X25519PublicKey Key, Endpoint At, bool IsInitiator, long When)> Meetings { get; } = [];

    public Endpoint Behind(Endpoint from) => Outer.GetValueOrDefault(from, from);

    public void Meet(X25519PublicKey key, Endpoint at, bool isInitiator) => Meetings.Add((key, at, isInitiator, Scene.Now));

    public Endpoint RouteTo(Endpoint introducer) => introducer;

    public void Send(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        var copy = datagram.ToArray();
        Sent.Add((to, copy));
        Outgoing.Enqueue((to, copy));
    }

    public void SendProbe(Endpoint to, ReadOnlySpan<byte> probe) => Send(to, probe);

    public void ViaChanged() => ViaChanges++;

    public void Reached(X25519PublicKey key, Endpoint at) => Heard.Add((key, at));
}

/// <summary>A call and what became of it.</summary>
internal sealed class SceneCall
{
    public List<Endpoint> Working { get; } = [];

    public ReachOutcome? Outcome { get; set; }
}
