using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Mailbox;

/// <summary>Holders on a network that loses nothing but what goes to or comes from a node that is gone, or across a partition.</summary>
internal sealed class RepairWorld
{
    public const long Delay = 50;

    private const long Start = 1_700_000_000_000;

    private readonly PriorityQueue<Action<long>, (long At, long Order)> _events = new();
    private readonly Dictionary<Endpoint, RepairNode> _nodes = [];
    private readonly Dictionary<(Endpoint From, Endpoint To), RepairNode.SimulatedClient> _sessions = [];
    private long _order;

    public RepairWorld(ulong seed, int nodes, Func<SimulatedRandom, Honesty> honesty)
    {
        Random = new SimulatedRandom(seed);
        for (var i = 0; i < nodes; i++)
        {
            // One in each prefix, so that all may hold one box.
            var at = Endpoint.FromIPv4((uint)(0x0B00_0001 + (i << 8)), 7300);
            _nodes.Add(at, new RepairNode(this, at, honesty(Random)));
        }
    }

    public SimulatedRandom Random { get; }

    public long Now { get; private set; } = Start;

    public IReadOnlyCollection<RepairNode> Nodes => _nodes.Values;

    /// <summary>Whether two nodes hear each other; all do unless it is set.</summary>
    public Func<RepairNode, RepairNode, bool> Hears { get; set; } = static (_, _) => true;

    /// <summary>Whether everybody finds out at once who is gone; else each by asking in vain.</summary>
    public bool IsDeathKnown { get; set; } = true;

    public IEnumerable<RepairNode> Nearest(BoxAddress address, RepairNode? looking = null) => _nodes.Values
        .Where(node => (node.IsUp || (looking is not null && !IsDeathKnown)) && (looking is null || Hears(looking, node)))
        .Order(Comparer<RepairNode>.Create((one, other) => address.CompareDistance(one.Place, other.Place)));

    public void After(long delay, Action<long> work) => _events.Enqueue(work, (Now + delay, _order++));

    public void Carry(RepairNode from, Endpoint to, HolderRequest request) => After(Delay, now =>
    {
        var answer = from.IsUp && _nodes[to].IsUp && Hears(from, _nodes[to]) ? _nodes[to].Answer(now, request.Request, ClientOf(from, _nodes[to])) : null;
        var core = from.Core;
        After(answer is null ? (long)request.Patience.TotalMilliseconds : Delay, later =>
        {
            // What was asked before the disk was lost is answered to nobody.
            if (from.IsUp && from.Core == core)
                request.Answered(later, answer is null ? null : new HolderAnswer(answer, _nodes[to].Key), answer is null ? AskFailure.Unreachable : AskFailure.None);
        });
    });

    // One session from each to each: challenges belong to it.
    private RepairNode.SimulatedClient ClientOf(RepairNode from, RepairNode to)
    {
        if (!_sessions.TryGetValue((from.At, to.At), out var client))
            _sessions.Add((from.At, to.At), client = new RepairNode.SimulatedClient(from.At));
        return client;
    }

    /// <summary>Lets so much time pass.</summary>
    public void Run(TimeSpan time)
    {
        var end = Now + (long)time.TotalMilliseconds;
        while (Now < end)
        {
            var next = end;
            if (_events.TryPeek(out _, out var first))
                next = Math.Min(next, first.At);
            foreach (var node in _nodes.Values)
            {
                if (node.IsUp)
                    next = Math.Min(next, node.Holding.NextDeadline);
            }

            Now = Math.Max(Now, next);
            while (_events.TryPeek(out var work, out var due) && due.At <= Now)
            {
                _events.Dequeue();
                work(Now);
            }

            foreach (var node in _nodes.Values)
            {
                if (node.IsUp && node.Holding.NextDeadline <= Now)
                    node.Holding.Finish(Now);
            }
        }
    }
}
