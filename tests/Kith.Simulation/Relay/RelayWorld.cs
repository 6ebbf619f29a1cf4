using System.Buffers.Binary;
using Kith.Overlay;
using Kith.Overlay.Relay;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Relay;

/// <summary>Callers, receivers and relays; each receiver is registered at one relay with the consent that it has then.</summary>
internal sealed class RelayWorld(ulong seed, LinkQuality? quality = null)
{
    private int _lastHandle;

    public SimulatedNetwork Network { get; } = new(seed, quality);

    public SimulatedNode<RelayNodeCore> Add(RelayConsent consent, SimulatedNat? nat = null)
    {
        var node = nat is null ? Network.Add(RelayNodeCore.Make) : Network.AddBehind(nat, RelayNodeCore.Make);
        node.Core.Relay.SetConsent(consent);
        return node;
    }

    /// <summary>Registers a node at a relay under a handle. A NAT of the node's lets the relay in from then on, as registrations do.</summary>
    public byte[] Register(SimulatedNode<RelayNodeCore> node, SimulatedNode<RelayNodeCore> relay)
    {
        var handle = new byte[RelayLimits.HandleSize];
        BinaryPrimitives.WriteInt32BigEndian(handle, ++_lastHandle);
        node.Core.Introducers.Add(relay.Address);
        relay.Core.Awaited = (Convert.ToHexString(handle), node.Core.Relay.Uses);
        // The relay sees where it comes from, by a datagram that means nothing else.
        for (var tries = 0; relay.Core.Awaited is not null && tries < 20; tries++)
        {
            node.Do((_, _) => node.Send(relay.Address, "r"u8));
            Network.Run(1_000);
        }

        return handle;
    }

    /// <summary>Asks for a circuit and waits for what comes of it.</summary>
    public CircuitResult Open(SimulatedNode<RelayNodeCore> caller, SimulatedNode<RelayNodeCore> relay, byte[] handle)
    {
        CircuitResult? result = null;
        Ask(caller, relay, handle, done => result = done);
        Network.RunUntil(() => result is not null, 2 * RelayLimits.OpenTime);
        return result ?? throw new InvalidOperationException("neither a circuit nor a refusal");
    }

    public static void Ask(SimulatedNode<RelayNodeCore> caller, SimulatedNode<RelayNodeCore> relay, byte[] handle, Action<CircuitResult> done) =>
        caller.Do((core, now) => _ = core.Relay.Open(now, relay.Address, handle, done));
}

/// <summary>A node with nothing but relays.</summary>
internal sealed class RelayNodeCore : IDatagramCore, ICircuitPaths, IRelayRegistrations
{
    private readonly IDatagramSink _sink;
    private ulong _lastPath;

    private RelayNodeCore(SimulatedNode node)
    {
        _sink = node;
        Relay = new RelayCore(new OwnNetworks([node.Address]), node, node.Random, this, this);
    }

    public RelayCore Relay { get; }

    public HashSet<Endpoint> Introducers { get; } = [];

    public (string Handle, bool TakesCircuits)? Awaited { get; set; }

    public Dictionary<string, RelayRegistrant> Registered { get; } = [];

    public Dictionary<Endpoint, CircuitEnd> Paths { get; } = [];

    public List<RelayRefusal> Ended { get; } = [];

    public List<byte[]> Received { get; } = [];

    public long NextDeadline => Relay.NextDeadline;

    public static RelayNodeCore Make(SimulatedNode node) => new(node);

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (datagram.SequenceEqual("r"u8) && Awaited is { } awaited)
        {
            Registered[awaited.Handle] = new RelayRegistrant(from, awaited.TakesCircuits);
            Awaited = null;
            return;
        }

        if (datagram[0] != RelayLimits.DataByte)
        {
            Relay.Receive(now, from, datagram);
            return;
        }

        var packet = datagram.ToArray();
        switch (Relay.Table.Take(now, from, packet, out var to))
        {
            case PacketFate.Forward:
                _sink.Send(to, packet);
                break;
            case PacketFate.Deliver:
                Received.Add(packet[RelayLimits.DataHeaderSize..]);
                break;
            case PacketFate.Moved:
                Relay.TellMoved(from, CircuitTable.IdOf(packet));
                break;
            default:
                break;
        }
    }

    public void Tick(long now) => Relay.Tick(now);

    /// <summary>Sends a packet by a circuit, if it is still there.</summary>
    public void Send(long now, CircuitEnd end, ReadOnlySpan<byte> packet)
    {
        if (Relay.Table.TryUse(now, end))
            _sink.Send(end.Relay, end.Wrap(packet, new byte[packet.Length + RelayLimits.DataHeaderSize]));
    }

    Endpoint ICircuitPaths.Add(CircuitEnd end)
    {
        var path = Endpoint.FromIPv6(0x0100_0000_0000_0000, ++_lastPath, 1);
        Paths.Add(path, end);
        return path;
    }

    void ICircuitPaths.Remove(Endpoint path, RelayRefusal why)
    {
        Assert.True(Paths.Remove(path));
        Ended.Add(why);
    }

    bool IRelayRegistrations.TryFind(ReadOnlySpan<byte> handle, out RelayRegistrant registrant) => Registered.TryGetValue(Convert.ToHexString(handle), out registrant);

    bool IRelayRegistrations.IsRegisteredWith(Endpoint introducer) => Introducers.Contains(introducer);
}
