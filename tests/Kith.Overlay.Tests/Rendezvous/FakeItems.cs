using Kith.Overlay.Dht;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay.Tests.Rendezvous;

/// <summary>A DHT that answers when the test lets it: items by target, the highest sequence kept, as BEP 44 says.</summary>
internal sealed class FakeItems : IMutableItems
{
    private readonly Queue<(Lookup Lookup, Action Answer)> _waiting = new();

    public Dictionary<NodeId, DhtItem> Stored { get; } = [];

    /// <summary>All puts, oldest first.</summary>
    public List<DhtItem> Puts { get; } = [];

    public List<NodeId> Gets { get; } = [];

    public int Cancelled { get; private set; }

    /// <summary>How many nodes take an item; 0: nobody is there.</summary>
    public int Nodes { get; set; } = 8;

    /// <summary>Puts and gets that were begun and have not been answered.</summary>
    public int UnderWay => _waiting.Count(waiting => !waiting.Lookup.IsFinished);

    public DhtLookup Get(long now, DhtTarget target, Action<GetProgress> progress)
    {
        Gets.Add(target.Id);
        return Wait(target.Id, () => progress(new GetProgress(Stored.GetValueOrDefault(target.Id), true, 3, 20, 18)));
    }

    public DhtLookup Put(long now, DhtItem item, Action<PutResult> done)
    {
        Puts.Add(item);
        return Wait(item.Target, () => done(Store(item)));
    }

    public void Cancel(DhtLookup lookup)
    {
        ((Lookup)lookup).End();
        Cancelled++;
    }

    /// <summary>Answers everything that waits now, in order.</summary>
    public void Answer()
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var (lookup, answer) = _waiting.Dequeue();
            if (lookup.IsFinished)
                continue;
            lookup.End();
            answer();
        }
    }

    private PutResult Store(DhtItem item)
    {
        if (Nodes > 0 && Stored.TryGetValue(item.Target, out var older) && older.Sequence > item.Sequence)
            return new PutResult(0, Nodes, DhtError.SequenceTooOld, 3, 20);
        if (Nodes > 0)
            Stored[item.Target] = item;
        return new PutResult(Nodes, 0, null, 3, 20);
    }

    private Lookup Wait(NodeId target, Action answer)
    {
        var lookup = new Lookup(target);
        _waiting.Enqueue((lookup, answer));
        return lookup;
    }

    private sealed class Lookup(NodeId target) : DhtLookup(target)
    {
        public void End() => IsFinished = true;
    }
}
