using Kith.Mailbox;
using Kith.Mailbox.Repair;
using Kith.Simulation.Network;

namespace Kith.Simulation.Mailbox;

/// <summary>
/// What becomes of one box in thirty days: who keeps it, who looks after it, and whether it is ever lost. The decisions are <see cref="RepairPolicy"/>'s; the network is perfect but for nodes that are away, dead
/// or lying, and everybody knows at once who is there (a node finds out by a call that is not answered).
/// </summary>
internal sealed class BoxHistory
{
    private readonly NodeHistory[] _near; // nearest first
    private readonly State[] _states;
    private readonly SimulatedRandom _random;
    private readonly double _hours;
    private readonly PriorityQueue<(int Node, Event What, int Version), double> _events = new();
    private readonly List<int> _members = [];
    private readonly List<int> _chosen = [];
    private double _now;

    public BoxHistory(NodeHistory[] near, SimulatedRandom random, double hours)
    {
        (_near, _random, _hours) = (near, random, hours);
        _states = [.. near.Select(node => new State { IsUp = node.Birth == 0 && node.IsUpFirst, IsAlive = node.Birth == 0 })];
        LeastCopies = int.MaxValue;
    }

    private enum Event
    {
        Birth,
        Switch,
        Death,
        Look,
    }

    /// <summary>The least number of honest living copies at any time, up or down.</summary>
    public int LeastCopies { get; private set; }

    /// <summary>Copies made by repair.</summary>
    public int Pushes { get; private set; }

    /// <summary>Audits of this box.</summary>
    public int Audits { get; private set; }

    /// <summary>Times at which a reader asked its twelve, and those at which none of them served it.</summary>
    public int Reads { get; private set; }

    public int FailedReads { get; private set; }

    /// <summary>Copies at the end, dead nodes' not counted.</summary>
    public int Copies { get; private set; }

    public void Run(double readEvery)
    {
        for (var i = 0; i < _near.Length; i++)
        {
            _events.Enqueue((i, Event.Birth, 0), _near[i].Birth);
            _events.Enqueue((i, Event.Death, 0), _near[i].Death);
            if (_near[i].Switches.Length > 0)
                _events.Enqueue((i, Event.Switch, 0), _near[i].Switches[0]);
        }

        while (_events.TryPeek(out _, out var first) && first == 0)
            Handle(_events.Dequeue());
        Put();
        var readAt = readEvery;
        while (_events.TryDequeue(out var next, out var at) && at < _hours && LeastCopies > 0)
        {
            for (; readAt < at; readAt += readEvery)
                Read();
            _now = at;
            Handle(next);
        }

        Copies = Living();
    }

    private void Put()
    {
        FindMembers(-1);
        foreach (var member in _members)
            Give(member);
        Count();
    }

    private void Read()
    {
        Reads++;
        var (asked, served) = (0, false);
        for (var i = 0; i < _near.Length && asked < MailboxLimits.Asked; i++)
        {
            if (!_states[i].IsUp)
                continue;
            asked++;
            served |= _states[i].HasCopy && _near[i].Honesty == Honesty.Honest;
        }

        if (!served)
            FailedReads++;
    }

    private void Handle((int Node, Event What, int Version) next)
    {
        var (node, what, version) = next;
        var state = _states[node];
        switch (what)
        {
            case Event.Birth:
                (state.IsAlive, state.IsUp) = (true, _near[node].IsUpFirst);
                break;
            case Event.Switch when state.IsAlive:
                state.IsUp = !state.IsUp;
                if (++state.Switched < _near[node].Switches.Length)
                    _events.Enqueue((node, Event.Switch, 0), _near[node].Switches[state.Switched]);
                if (state is { IsUp: true, HasCopy: true })
                    LookAfter(node, RepairPolicy.FirstPause, RepairPolicy.AfterStart * _random.NextDouble());
                break;
            case Event.Death:
                (state.IsAlive, state.IsUp, state.HasCopy) = (false, false, false);
                Count();
                break;
            case Event.Look when version == state.Version && state is { IsUp: true, HasCopy: true }:
                Look(node, state);
                break;
        }
    }

    private void Look(int node, State state)
    {
        // Nobody says of itself that it lies; those who serve nothing repair as others do, those who keep nothing cannot.
        FindMembers(node);
        var wasWrong = false;
        RepairPolicy.Choose(_members.Count, _members.IndexOf(node), state.IsWary, _random.NextDouble(), _chosen);
        foreach (var index in _chosen)
        {
            var other = _members[index];
            Audits++;
            if (_states[other].HasCopy)
                continue;
            wasWrong = true;
            if (_near[other].Honesty == Honesty.KeepsNothing)
            {
                // Its digest is wrong, or it has not what it took.
                if (_states[other].WasGiven)
                    (state.Distrusted ??= [])[other] = _now + RepairPolicy.Distrust.TotalHours;
                _states[other].WasGiven = true;
                continue;
            }

            Pushes++;
            Give(other);
        }

        state.IsWary = wasWrong;
        LookAfter(node, RepairPolicy.Next(state.Pause, wasWrong));
    }

    // The nearest that are there, as the one who looks believes.
    private void FindMembers(int looking)
    {
        _members.Clear();
        var distrusted = looking < 0 ? null : _states[looking].Distrusted;
        for (var i = 0; i < _near.Length && _members.Count < MailboxLimits.Holders; i++)
        {
            if (_states[i].IsUp && !(distrusted is not null && distrusted.TryGetValue(i, out var until) && until > _now))
                _members.Add(i);
        }
    }

    private void Give(int node)
    {
        var state = _states[node];
        state.WasGiven = true;
        if (_near[node].Honesty == Honesty.KeepsNothing)
            return;
        state.HasCopy = true;
        state.IsWary = true;
        LookAfter(node, RepairPolicy.FirstPause);
    }

    private void LookAfter(int node, TimeSpan pause, TimeSpan? wait = null)
    {
        _states[node].Pause = pause;
        _events.Enqueue((node, Event.Look, ++_states[node].Version), _now + (wait ?? RepairPolicy.Drawn(pause, _random.NextDouble())).TotalHours);
    }

    private int Living()
    {
        var living = 0;
        for (var i = 0; i < _near.Length; i++)
        {
            if (_states[i].HasCopy && _near[i].Honesty == Honesty.Honest)
                living++;
        }

        return living;
    }

    private void Count() => LeastCopies = Math.Min(LeastCopies, Living());

    private sealed class State
    {
        public bool IsAlive;
        public bool IsUp;
        public bool HasCopy;
        public bool WasGiven;
        public bool IsWary;
        public int Switched;
        public int Version;
        public TimeSpan Pause;
        public Dictionary<int, double>? Distrusted;
    }
}
