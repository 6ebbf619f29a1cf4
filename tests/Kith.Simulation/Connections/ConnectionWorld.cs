using Kith.Simulation.Network;
using Kith.Transport.Connections;

namespace Kith.Simulation.Connections;

/// <summary>Two nodes of a simulated network and a connection between them.</summary>
internal sealed class ConnectionWorld : IDisposable
{
    public ConnectionWorld(ulong seed, LinkQuality quality, ConnectionOptions? options = null, NatKind? nat = null)
    {
        Network = new SimulatedNetwork(seed, quality);
        Called = Network.Add(node => new ConnectionNode(node, options));
        if (nat is { } kind)
        {
            Nat = Network.AddNat(kind);
            Caller = Network.AddBehind(Nat, node => new ConnectionNode(node, options));
        }
        else
        {
            Caller = Network.Add(node => new ConnectionNode(node, options));
        }
    }

    public SimulatedNetwork Network { get; }

    public SimulatedNat? Nat { get; }

    public SimulatedNode<ConnectionNode> Caller { get; }

    public SimulatedNode<ConnectionNode> Called { get; }

    /// <summary>Dials and waits until both sides have the session.</summary>
    public void Open(bool knowsKey = true, Wire.Endpoint? at = null, long within = 10_000)
    {
        Caller.Do((node, _) => node.Dial(knowsKey ? Called.Core.Key.PublicKey : null, at ?? Called.Address));
        Assert.True(Network.RunUntil(() => Caller.Core.IsEstablished && Called.Core.IsEstablished, within), "no session came about");
    }

    public void Transfer(SimulatedNode<ConnectionNode> from, long count) => from.Do((node, _) => node.Transfer(count));

    /// <summary>Runs until so many streams came whole, with nothing left over.</summary>
    public void RunUntilWhole(SimulatedNode<ConnectionNode> at, int streams, long bytes, long within)
    {
        var isWhole = Network.RunUntil(() => at.Core.Incoming.Count(one => one.IsEnded) == streams, within);
        Assert.True(isWhole, $"{at.Core.Incoming.Sum(one => one.Count)} of {streams * bytes} bytes came within {within} ms; ends: {string.Join("; ", Caller.Core.Ends.Concat(Called.Core.Ends))}");
        Assert.All(at.Core.Incoming, one => Assert.Equal(bytes, one.Count));
    }

    public void Dispose()
    {
        foreach (var node in Network.Nodes.OfType<SimulatedNode<ConnectionNode>>())
            node.Core.Dispose();
    }
}
