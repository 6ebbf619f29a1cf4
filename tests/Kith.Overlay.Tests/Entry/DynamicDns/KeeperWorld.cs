using Kith.Crypto;
using Kith.Overlay.Entry;
using Kith.Overlay.Entry.DynamicDns;
using Kith.Wire;

namespace Kith.Overlay.Tests.Entry.DynamicDns;

/// <summary>Many nodes with a key for one name and one clock that moves only when told to.</summary>
internal sealed class KeeperWorld
{
    public const string Name = "entry.kith.test";

    private readonly PriorityQueue<Action, (long At, int Order)> _later = new();
    private readonly List<Member> _members = [];
    private readonly IRandom _random;
    private int _order;

    public KeeperWorld(int seed, int maxEntries = 3)
    {
        Assert.True(TsigKey.TryCreate("kith-entry", Convert.ToBase64String(new byte[32]), out var key));
        Key = key!;
        Dns = new MemoryDns(Key);
        MaxEntries = maxEntries;
        _random = new SeededRandom((ulong)seed);
    }

    public TsigKey Key { get; }

    public MemoryDns Dns { get; }

    public int MaxEntries { get; }

    public long Now { get; private set; } = 1_790_000_000_000;

    public HashSet<Endpoint> Alive { get; } = [];

    public IReadOnlyList<Endpoint> Entries => Dns.Entries(Name);

    /// <summary>Whether a question of the first node to the second is lost.</summary>
    public Func<Endpoint, Endpoint, bool> Loses { get; set; } = (_, _) => false;

    public EntryCore Add(string address, bool isSuitable = true)
    {
        Assert.True(Endpoint.TryParse(address, out var self));
        Alive.Add(self);
        var name = new DynamicDnsOptions(Name) { Server = "192.0.2.53", Key = Key, MaxEntries = MaxEntries };
        var member = new Member(this, self, new EntryOptions { ListenPort = self.Port, LocalNetwork = false, Mainline = false, DynamicDns = [name] }, _random);
        _members.Add(member);
        member.Core.Start(Now);
        if (isSuitable)
            member.Core.SetReachable(Now, self);
        return member.Core;
    }

    /// <summary>A node vanishes, with its keeper.</summary>
    public void Kill(Endpoint node)
    {
        Alive.Remove(node);
        _members.RemoveAll(member => member.Self == node);
    }

    /// <summary>Something else of theirs (the walker, the DHT) has answers from others.</summary>
    public void Answer(IReadOnlyList<Endpoint> others)
    {
        foreach (var member in _members)
            member.Core.Answered(Now, others.First(other => other != member.Self));
    }

    /// <summary>A keeper that is not reachable any more, for itself and for others.</summary>
    public void CutOff(Endpoint node) => _members.Single(member => member.Self == node).IsCutOff = true;

    public void Run(long milliseconds)
    {
        var end = Now + milliseconds;
        while (true)
        {
            var next = _members.Count == 0 ? long.MaxValue : _members.Min(member => member.Core.NextDeadline);
            var isLater = _later.TryPeek(out _, out var first) && first.At <= next;
            next = isLater ? first.At : next;
            if (next > end)
                break;
            Now = Math.Max(Now, next);
            if (isLater)
                _later.Dequeue()();
            else
                _members.First(member => member.Core.NextDeadline <= Now).Core.Tick(Now);
        }

        Now = end;
    }

    private void Later(long delay, Action then) => _later.Enqueue(then, (Now + delay, _order++));

    private sealed class Member : IEntryEffects
    {
        private readonly KeeperWorld _world;

        public Member(KeeperWorld world, Endpoint self, EntryOptions options, IRandom random)
        {
            _world = world;
            Self = self;
            Core = new EntryCore(options, this, random);
        }

        public Endpoint Self { get; }

        public EntryCore Core { get; }

        public bool IsCutOff { get; set; }

        public void Ask(Endpoint node, EntrySource source)
        {
            if (_world.Alive.Contains(node) && !IsCutOff && !_world.Loses(Self, node))
                _world.Later(30, () => Core.Answered(_world.Now, node));
        }

        public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => Assert.Fail("nothing to send here");

        public void SendMulticast(ReadOnlySpan<byte> datagram) => Assert.Fail("nothing to send here");

        public void Resolve(int id, string host) => Assert.Fail("nothing to resolve here");

        public void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message)
        {
            var copy = message.ToArray();
            _world.Later(20, () =>
            {
                var answer = _world.Dns.Answer(copy);
                _world.Later(20, () => Core.Exchanged(_world.Now, id, answer));
            });
        }
    }
}
