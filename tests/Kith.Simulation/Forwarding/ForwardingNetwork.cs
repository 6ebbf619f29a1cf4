using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Sphinx;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Forwarding;

/// <summary>Nodes that forward, in virtual time: packets are lost and late as the test says, nodes are killed and come back with nothing but their keys and tags, sessions break with them.</summary>
internal sealed class ForwardingNetwork : IDisposable
{
    /// <summary>How long it takes to see that whoever is at the other end of a session is gone, milliseconds.</summary>
    public const long Unnoticed = 1_500;

    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly SimulatedRandom _random;
    private long _order;

    public ForwardingNetwork(ulong seed) => (_random, Seed) = (new SimulatedRandom(seed), seed);

    public ulong Seed { get; }

    /// <summary>Virtual unix milliseconds: noon of some day.</summary>
    public long Now { get; private set; } = 1_770_000_000_000 / 86_400_000 * 86_400_000 + 43_200_000;

    /// <summary>Of packets between two nodes, so many are lost.</summary>
    public double Loss { get; set; } = 0.01;

    /// <summary>The least time between two nodes, milliseconds.</summary>
    public int LeastDelay { get; set; } = 10;

    /// <summary>And the most.</summary>
    public int MostDelay { get; set; } = 40;

    public List<SimulatedForwarder> Nodes { get; } = [];

    public long PacketsSent { get; private set; }

    public void Dispose()
    {
        foreach (var node in Nodes)
            node.Dispose();
    }

    public SimulatedForwarder Add()
    {
        var node = new SimulatedForwarder(this, Endpoint.FromIPv4(0x0B00_0001 + ((uint)Nodes.Count << 8), 4711), SimulatedRandom.Derive(Seed, (ulong)Nodes.Count));
        Nodes.Add(node);
        return node;
    }

    /// <summary>Everybody learns everybody's descriptor, as neighbours' lists would bring them.</summary>
    public void Introduce()
    {
        foreach (var node in Nodes)
        {
            foreach (var other in Nodes.Where(other => other != node))
                node.Learn(other.Descriptor);
        }
    }

    public void At(long delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));

    public int Latency() => LeastDelay + _random.NextBelow(MostDelay - LeastDelay + 1);

    public void Carry(SimulatedForwarder from, HopAddress to, byte[] packet)
    {
        PacketsSent++;
        if (_random.Happens(Loss))
            return;
        if (to.Kind == HopAddressKind.Session)
        {
            if (from.SessionTo(to.SessionKey) is { } session)
                At(Latency(), () => session.Arrive(packet));
            return;
        }

        var target = Nodes.Find(node => node.Endpoint == to.Endpoint);
        if (target is not null && to.Takes(target.Descriptor.Key))
            At(Latency(), () => target.Take(from.Endpoint, isGuard: false, packet));
    }

    public bool Happens(double probability) => _random.Happens(probability);

    public int Below(int most) => _random.NextBelow(most);

    /// <summary>Lets so much time pass.</summary>
    public void Run(long time)
    {
        var end = Now + time;
        while (_events.TryPeek(out var action, out var due) && due.At <= end)
        {
            _events.Dequeue();
            Now = Math.Max(Now, due.At);
            action();
        }

        Now = end;
    }

    /// <summary>Lets time pass until something is so.</summary>
    public bool RunUntil(Func<bool> condition, long patience)
    {
        var end = Now + patience;
        while (!condition() && Now < end)
            Run(50);
        return condition();
    }
}
