using Kith.Overlay;
using Kith.Wire;

namespace Kith.Simulation.Network;

/// <summary>Sees a datagram when it is sent, before anything can happen to it.</summary>
public delegate void DatagramWatch(SimulatedNode from, Endpoint to, ReadOnlySpan<byte> datagram);

/// <summary>
/// A network of any number of datagram cores under a virtual clock: everything that happens follows from the seed. Time is unix milliseconds from <see cref="Start"/> on and passes only in
/// <see cref="Run(long)"/> and its kin. For one thread.
/// </summary>
public sealed partial class SimulatedNetwork
{
    /// <summary>The first moment of each run: 2026-01-01T00:00:00Z.</summary>
    public const long Start = 1_767_225_600_000;

    /// <summary>The largest datagram that travels: what fits an Ethernet frame (1500 less the IPv6 and UDP headers).</summary>
    public const int LargestDatagram = 1452;

    private const long LanDelay = 1;

    private readonly EventWheel _wheel = new(Start);
    private readonly DatagramPool _pool = new();
    private readonly List<SimulatedNode?> _nodes = [];
    private readonly List<SimulatedNat> _nats = [];
    private readonly Dictionary<Endpoint, SimulatedNode> _public = [];
    private readonly Dictionary<Endpoint, SimulatedNat> _natAt = [];
    private readonly List<Action?> _actions = [];
    private readonly Stack<int> _freeActions = new();
    private bool _tracing;

    /// <param name="seed">From which all randomness comes.</param>
    /// <param name="quality">How datagrams travel where <see cref="QualityOf"/> does not say otherwise.</param>
    public SimulatedNetwork(ulong seed, LinkQuality? quality = null)
    {
        Seed = seed;
        Quality = quality ?? LinkQuality.Internet;
        Random = new SimulatedRandom(SimulatedRandom.Derive(seed, 0));
        Addresses = new AddressPlan(SimulatedRandom.Derive(seed, 1));
    }

    /// <summary>From which all randomness comes.</summary>
    public ulong Seed { get; }

    /// <summary>How datagrams travel; may be changed at any time.</summary>
    public LinkQuality Quality { get; set; }

    /// <summary>How datagrams from a node to an endpoint travel, where that differs; null for <see cref="Quality"/>.</summary>
    public Func<SimulatedNode, Endpoint, LinkQuality?>? QualityOf { get; set; }

    /// <summary>Sees each datagram that is sent.</summary>
    public DatagramWatch? Watch { get; set; }

    /// <summary>The network's randomness; tests may draw from it too.</summary>
    public SimulatedRandom Random { get; }

    /// <summary>Gives addresses that nobody has.</summary>
    public AddressPlan Addresses { get; }

    /// <summary>Unix milliseconds.</summary>
    public long Now => _wheel.Now;

    /// <summary>What became of all datagrams.</summary>
    public NetworkCounters Counters { get; } = new();

    /// <summary>A digest of every arrival so far (when, where from, where to, what), from the moment that this was first read.</summary>
    public ulong Trace
    {
        get
        {
            _tracing = true;
            return field;
        }

        private set;
    }

    /// <summary>Nodes that are there now.</summary>
    public IEnumerable<SimulatedNode> Nodes => _nodes.Where(node => node is not null)!;

    /// <summary>Adds a NAT at a public address of its own, or at one inside of another NAT.</summary>
    public SimulatedNat AddNat(NatKind kind, NatOptions? options = null, SimulatedNat? behind = null)
    {
        var outside = behind is null ? Addresses.NextPublic(0) : Addresses.NextPrivate();
        var nat = new SimulatedNat(_nats.Count, outside, kind, options ?? new NatOptions(), new SimulatedRandom(Random.Next())) { Behind = behind };
        _nats.Add(nat);
        (behind?.Inner ?? _natAt).Add(nat.Outside, nat);
        return nat;
    }

    /// <summary>Adds a node at a public address.</summary>
    /// <param name="make">Makes its core, which sends through the node and draws from the node's <see cref="SimulatedNode.Random"/>.</param>
    /// <param name="address">Where; null for a new one.</param>
    public SimulatedNode<TCore> Add<TCore>(Func<SimulatedNode, TCore> make, Endpoint? address = null)
        where TCore : class, IDatagramCore => Add(make, address ?? Addresses.NextPublic(), null);

    /// <summary>Adds a node behind a NAT.</summary>
    public SimulatedNode<TCore> AddBehind<TCore>(SimulatedNat nat, Func<SimulatedNode, TCore> make, Endpoint? address = null)
        where TCore : class, IDatagramCore => Add(make, address ?? Addresses.NextPrivate(), nat);

    /// <summary>Something the test does at a time.</summary>
    public void At(long time, Action action)
    {
        if (_freeActions.TryPop(out var number))
        {
            _actions[number] = action;
        }
        else
        {
            number = _actions.Count;
            _actions.Add(action);
        }

        var index = _wheel.Add(time);
        ref var item = ref _wheel[index];
        item.Kind = EventKind.Action;
        item.Content = number;
    }

    /// <summary>Something the test does some milliseconds from now.</summary>
    public void After(long milliseconds, Action action) => At(Now + milliseconds, action);

    /// <summary>Lets time pass.</summary>
    public void Run(long milliseconds) => RunUntil(Now + milliseconds);

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan time) => Run((long)time.TotalMilliseconds);

    /// <summary>Lets time pass until a moment, which itself is still to come.</summary>
    public void RunUntil(long time)
    {
        while (_wheel.Now < time)
            Step();
    }

    /// <summary>Lets time pass until something is so; false when it is not after so many milliseconds.</summary>
    public bool RunUntil(Func<bool> isSo, long atMost)
    {
        var end = Now + atMost;
        while (!isSo())
        {
            if (Now >= end)
                return false;
            var before = Counters.Events;
            while (Now < end && Counters.Events == before)
                Step();
        }

        return true;
    }

    /// <summary>Parts the network: nodes reach only those of their own side.</summary>
    public void Part(Func<SimulatedNode, int> side)
    {
        foreach (var node in Nodes)
            node.Side = side(node);
    }

    /// <summary>Ends a partition.</summary>
    public void Heal() => Part(_ => 0);

    internal void Remove(SimulatedNode node)
    {
        if (!node.IsAlive)
            return;
        Detach(node);
        node.IsAlive = false;
        node.Forget();
        _nodes[node.Index] = null;
    }

    internal void Move(SimulatedNode node, Endpoint address, SimulatedNat? nat)
    {
        Detach(node);
        Attach(node, address, nat);
    }

    internal void Schedule(SimulatedNode node)
    {
        var core = node.DatagramCore;
        if (core is null || core.NextDeadline >= node.Scheduled)
            return;

        // A deadline that has passed comes in the next millisecond, so that a core that never does its work cannot stop the clock.
        var deadline = Math.Max(core.NextDeadline, Now + 1);
        if (deadline >= node.Scheduled)
            return;
        node.Scheduled = deadline;
        var index = _wheel.Add(deadline);
        ref var item = ref _wheel[index];
        item.Kind = EventKind.Deadline;
        item.Node = node.Index;
    }

    private SimulatedNode<TCore> Add<TCore>(Func<SimulatedNode, TCore> make, Endpoint address, SimulatedNat? nat)
        where TCore : class, IDatagramCore
    {
        var node = new SimulatedNode<TCore>(this, _nodes.Count, SimulatedRandom.Derive(Seed, (ulong)_nodes.Count + 2));
        _nodes.Add(node);
        Attach(node, address, nat);
        node.Start(make(node));
        Schedule(node);
        return node;
    }

    private void Attach(SimulatedNode node, Endpoint address, SimulatedNat? nat)
    {
        (nat?.Inside ?? _public).Add(address, node);
        node.Address = address;
        node.Nat = nat;
    }

    private void Detach(SimulatedNode node) => (node.Nat?.Inside ?? _public).Remove(node.Address);

    private void Step()
    {
        while (_wheel.TryTake(out var index))
        {
            Counters.Events++;
            ref var item = ref _wheel[index];
            switch (item.Kind)
            {
                case EventKind.Datagram:
                    Arrive(ref item);
                    break;
                case EventKind.Deadline:
                    Wake(_nodes[item.Node]);
                    break;
                default:
                    var number = item.Content;
                    var action = _actions[number]!;
                    _actions[number] = null;
                    _freeActions.Push(number);
                    action();
                    break;
            }

            _wheel.Free(index);
        }

        _wheel.Advance();
    }

    private void Wake(SimulatedNode? node)
    {
        // An event for a deadline that has since moved: the newer one has its own.
        if (node?.DatagramCore is not { } core || node.Scheduled != Now)
            return;
        node.Scheduled = long.MaxValue;
        if (core.NextDeadline <= Now)
        {
            Counters.Ticks++;
            core.Tick(Now);
        }

        Schedule(node);
    }
}
