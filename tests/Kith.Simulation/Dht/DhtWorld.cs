using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Dht;

/// <summary>A network of DHT nodes and what tests do with it.</summary>
internal sealed class DhtWorld(ulong seed, LinkQuality? quality = null)
{
    private const long Patience = 120_000;
    private const int AtOnce = 256;

    private readonly List<SimulatedNode<DhtCore>> _users = [];
    private int _lastKey;

    /// <summary>Told of each get that ended without its item.</summary>
    public Action<SimulatedNode<DhtCore>, DhtItem, GetProgress>? NotFound { get; set; }

    public SimulatedNetwork Network { get; } = new(seed, quality);

    /// <summary>The honest nodes.</summary>
    public List<SimulatedNode<DhtCore>> Honest { get; } = [];

    public List<SimulatedNode<LyingCore>> Liars { get; } = [];

    public Conspiracy Conspiracy { get; } = new();

    public DhtOptions Options { get; init; } = new() { BucketSizes = DhtOptions.NarrowBuckets };

    /// <summary>Adds an honest node that knows its address but nobody.</summary>
    public SimulatedNode<DhtCore> AddHonest(Endpoint? address = null)
    {
        var node = Network.Add(node => Make(node, Options), address);
        Honest.Add(node);
        return node;
    }

    public SimulatedNode<LyingCore> AddLiar(Lie lie, Endpoint? address = null, NodeId? id = null)
    {
        var node = Network.Add(node => new LyingCore(node, Make(node, Options with { Id = id }), lie, Conspiracy), address);
        Liars.Add(node);
        Conspiracy.Join(new KnownNode(node.Core.Honest.Id, node.Address));
        return node;
    }

    /// <summary>Gives everybody the table of a network that has long been there.</summary>
    /// <param name="staysAwake">Whether they keep their tables fresh from now on, as a node does once it has pinged an entry point.</param>
    public void Converge(bool staysAwake = false)
    {
        ConvergedTables.Fill(
            Honest.Select(node => (node.Core, (SimulatedNode)node)).Concat(Liars.Select(liar => (liar.Core.Honest, (SimulatedNode)liar))), Network, Options.BucketSizes);
        if (!staysAwake)
            return;
        foreach (var node in Honest.ToArray())
            Join(node, 1);
    }

    /// <summary>Lets a node join by messages: it knows some others' addresses.</summary>
    public void Join(SimulatedNode<DhtCore> node, int entries = 3)
    {
        for (var i = 0; i < entries; i++)
        {
            var entry = AnyHonest();
            if (entry != node)
                node.Do((core, now) => core.Ping(now, entry.Address));
        }
    }

    public SimulatedNode<DhtCore> AnyHonest()
    {
        while (true)
        {
            var at = Network.Random.NextBelow(Honest.Count);
            if (Honest[at].IsAlive)
                return Honest[at];
            Honest[at] = Honest[^1];
            Honest.RemoveAt(Honest.Count - 1);
        }
    }

    /// <summary>
    /// Chooses nodes from which all puts and gets go from now on, and lets each look for some ids first, as one that joined by messages did: so it knows how densely nodes stand.
    /// </summary>
    public void ChooseUsers(int count)
    {
        const int Looks = 9;
        var (begun, ended) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var user = AnyHonest();
            _users.Add(user);
            for (var look = 0; look < Looks; look++, begun++)
            {
                Assert.True(NodeId.TryRead(Network.Random.NextBytes(NodeId.Size), out var id));
                user.Do((core, now) => core.FindNode(now, id, _ => ended++));
            }
        }

        Assert.True(Network.RunUntil(() => ended == begun, Patience), "a search does not end");
    }

    /// <summary>A new record: mutable, immutable or salted in turn.</summary>
    public DhtItem NewItem()
    {
        var number = _lastKey++;
        var value = DhtItem.Encode(Network.Random.NextBytes(200));
        if (number % 3 == 0)
            return DhtItem.Immutable(value);
        using var key = Ed25519PrivateKey.FromSeed(Network.Random.NextBytes(32));
        return DhtItem.Sign(key, number % 3 == 1 ? [] : "salt"u8, 1, value);
    }

    /// <summary>Puts items, each from any honest node; gives those results.</summary>
    public List<PutResult> Put(IReadOnlyList<DhtItem> items, bool republish = false)
    {
        var results = new List<PutResult>();
        var begun = 0;
        while (begun < items.Count)
        {
            for (; begun < items.Count && begun - results.Count < AtOnce; begun++)
            {
                var item = items[begun];
                AnyUser().Do((core, now) => core.Put(now, item, null, results.Add, republish));
            }

            var wanted = results.Count + 1;
            Assert.True(Network.RunUntil(() => results.Count >= wanted, Patience), "a put does not end");
        }

        Assert.True(Network.RunUntil(() => results.Count == items.Count, Patience), "a put does not end");
        return results;
    }

    /// <summary>
    /// Looks for items, each so many times from any honest node. One counts as found when the get ended with exactly this item; one whose node leaves meanwhile does not count at all.
    /// </summary>
    public LookupFigures Get(IReadOnlyList<DhtItem> items, int times = 1)
    {
        var figures = new LookupFigures();
        var running = new List<Lookup>();
        var left = items.Count * times;
        while (left > 0 || running.Count > 0)
        {
            for (; left > 0 && running.Count < AtOnce; left--)
                running.Add(Begin(items[left % items.Count], figures));
            bool IsOver(Lookup lookup) => lookup.IsFinished || !lookup.By.IsAlive;
            Assert.True(Network.RunUntil(() => running.Exists(IsOver), Patience), "a get does not end");
            running.RemoveAll(IsOver);
        }

        return figures;
    }

    private SimulatedNode<DhtCore> AnyUser() => _users.Count > 0 ? _users[Network.Random.NextBelow(_users.Count)] : AnyHonest();

    private Lookup Begin(DhtItem item, LookupFigures figures)
    {
        var target = item.Key is { } key ? DhtTarget.Mutable(key, item.Salt) : DhtTarget.Immutable(item.Target);
        var lookup = new Lookup(AnyUser());
        var begun = Network.Now;
        long? after = null;
        lookup.By.Do((core, now) => core.Get(now, target, progress =>
        {
            if (progress.Item is { } found && found.Sequence >= item.Sequence)
                after ??= Network.Now - begun;
            if (!progress.IsFinished)
                return;
            lookup.IsFinished = true;
            var isFound = progress.Item is { } last && last.Sequence == item.Sequence && last.Value.SequenceEqual(item.Value);
            figures.Add(isFound, progress, after);
            if (!isFound)
                NotFound?.Invoke(lookup.By, item, progress);
        }));
        return lookup;
    }

    private static DhtCore Make(SimulatedNode node, DhtOptions options)
    {
        var core = new DhtCore(options, node, node.Random);
        core.SetExternalAddress(node.Network.Now, node.Address);
        return core;
    }

    private sealed class Lookup(SimulatedNode<DhtCore> by)
    {
        public SimulatedNode<DhtCore> By => by;

        public bool IsFinished { get; set; }
    }
}
