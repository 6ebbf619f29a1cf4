using System.Runtime.CompilerServices;
using Kith.Simulation.Network;
using Kith.Transport;

namespace Kith.Simulation.Connections;

/// <summary>A node, and a peer in session with it that does as its test says.</summary>
internal sealed class HostileWorld : IDisposable
{
    /// <summary>How datagrams travel: one way and its jitter, in milliseconds.</summary>
    public static readonly LinkQuality Link = new(5, 5);

    /// <param name="seed">From which all randomness comes.</param>
    /// <param name="confirm">Whether the peer also confirms the handshake.</param>
    public HostileWorld(ulong seed, bool confirm = true)
    {
        Network = new SimulatedNetwork(seed, Link);
        Victim = Network.Add(node => new ConnectionNode(node));
        Peer = Network.Add(node => new HostilePeer(node, Victim.Core, Victim.Address));
        Peer.Core.Call();
        Network.Run(50);
        Assert.True(Peer.Core.IsOpen, "no answer to the Initial");
        if (!confirm)
            return;
        Peer.Core.Ping();
        Network.Run(50);
        Assert.True(Victim.Core.IsEstablished);
    }

    public SimulatedNetwork Network { get; }

    public SimulatedNode<ConnectionNode> Victim { get; }

    public SimulatedNode<HostilePeer> Peer { get; }

    /// <summary>Runs a test under each seed, in a world of its own.</summary>
    public static void Run(Action<SimulatedNode<HostilePeer>, HostileWorld> test, [CallerMemberName] string name = "") => SimulationRun.Under(seed =>
    {
        using var world = new HostileWorld(seed);
        test(world.Peer, world);
    }, name);

    /// <summary>Waits until the victim has closed the session with a code, and has nothing of it left.</summary>
    public void ExpectClosed(SessionErrorCode code)
    {
        Assert.True(Network.RunUntil(() => Peer.Core.Closed is not null, 5_000), "the session was not closed");
        Assert.Equal(code, Peer.Core.Closed);
        Network.Run(10_000);
        Assert.Empty(Victim.Core.Connections);
        Assert.True(Victim.Core.Table.Counters.ByCode[code] > 0);
    }

    public void Dispose()
    {
        Victim.Core.Dispose();
        Peer.Core.Dispose();
    }
}
