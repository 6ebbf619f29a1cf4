namespace Kith.Simulation.Network;

/// <summary>How long nodes stay, in milliseconds.</summary>
public delegate long SessionTimes(SimulatedRandom random);

/// <summary>Nodes come and go: each stays for a session, leaves without a word, and another comes in its place.</summary>
/// <param name="network">The network.</param>
/// <param name="times">How long they stay.</param>
/// <param name="join">Makes a new node and lets it join.</param>
public sealed class Churn(SimulatedNetwork network, SessionTimes times, Func<SimulatedNode> join)
{
    /// <summary>Nodes that have left.</summary>
    public int Left { get; private set; }

    /// <summary>Whether nodes go on leaving.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Sessions of no memory: whoever has been there for long leaves as soon as whoever has just come.</summary>
    public static SessionTimes Exponential(long mean) => random => 1 + (long)random.NextExponential(mean);

    /// <summary>Many short sessions and a few very long ones, as measured in file-sharing networks.</summary>
    /// <param name="mean">Milliseconds.</param>
    /// <param name="shape">Above 1; the nearer to it, the longer the tail.</param>
    public static SessionTimes Pareto(long mean, double shape = 1.5) =>
        random => 1 + (long)(mean * (shape - 1) / shape * Math.Pow(1 - random.NextDouble(), -1 / shape));

    /// <summary>Lets a node leave after a session.</summary>
    public void Add(SimulatedNode node) => network.After(times(network.Random), () =>
    {
        if (!IsOn || !node.IsAlive)
            return;
        node.Leave();
        Left++;
        Add(join());
    });
}
