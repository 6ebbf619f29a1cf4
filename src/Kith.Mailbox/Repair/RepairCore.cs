using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>
/// Looks after what is kept for others (docs/protocol/mailbox.md, "Repair"): finds out who should hold a box now, has them prove it, and gives them what they lack. On the holder's thread, where the store is;
/// without I/O but the store's. Times are unix milliseconds.
/// </summary>
public sealed class RepairCore
{
    private readonly IDropStore _store;
    private readonly IHolderFinder _finder;
    private readonly IHolderCalls _calls;
    private readonly IRandom _random;
    private readonly Dictionary<BoxAddress, BoxCare> _boxes = [];
    private readonly PriorityQueue<BoxCare, long> _due = new();
    private BoxAddress? _loadAfter;
    private bool _isLoaded;
    private long _lookNotBefore;
    private int _looking;
    private bool _changed;

    /// <summary>A core that begins with what the store has.</summary>
    public RepairCore(IDropStore store, IHolderFinder finder, IHolderCalls calls, IRandom random) =>
        (_store, _finder, _calls, _random) = (store, finder, calls, random);

    /// <summary>Boxes looked after.</summary>
    public int Boxes => _boxes.Count;

    /// <summary>Chunks given to others so far.</summary>
    public long Pushed { get; private set; }

    /// <summary>When <see cref="Tick"/> has something to do; never later than needed.</summary>
    public long NextDeadline
    {
        get
        {
            if (!_isLoaded)
                return 0;
            return _looking < RepairLimits.Looks && _due.TryPeek(out _, out var at) ? Math.Max(at, _lookNotBefore) : long.MaxValue;
        }
    }

    /// <summary>An entry or a delete has come into a box and is committed: the others may lack it.</summary>
    public void Entered(long now, BoxAddress address)
    {
        if (!_boxes.TryGetValue(address, out var box))
            _boxes.Add(address, box = new BoxCare(address) { LookAt = long.MaxValue });
        box.IsWary = true;
        box.HasNews |= box.IsLooking;
        // Not put off by each further entry.
        if (box.Pause > RepairPolicy.FirstPause || box.LookAt == long.MaxValue)
            Plan(now, box, RepairPolicy.FirstPause);
    }

    /// <summary>Whether it has noted deletes that others proved since this was last asked: the store wants a commit.</summary>
    public bool TakeChanged()
    {
        var changed = _changed;
        _changed = false;
        return changed;
    }

    /// <summary>Begins what is due.</summary>
    public void Tick(long now)
    {
        Load(now);
        while (_looking < RepairLimits.Looks && _lookNotBefore <= now && _due.TryPeek(out var box, out var at) && at <= now)
        {
            _due.Dequeue();
            if (box.LookAt != at || box.IsLooking || !_boxes.ContainsKey(box.Address))
                continue;
            _lookNotBefore = now + RepairLimits.LookPeriod;
            Look(now, box);
        }
    }

    // What is left from the last run, little by little.
    private void Load(long now)
    {
        if (_isLoaded)
            return;
        var some = _store.BoxesFrom(_loadAfter, RepairLimits.Loaded);
        foreach (var address in some)
        {
            if (_boxes.ContainsKey(address))
                continue;
            var box = new BoxCare(address);
            _boxes.Add(address, box);
            PlanAt(box, now + (long)(RepairPolicy.AfterStart.TotalMilliseconds * Random()));
        }

        _isLoaded = some.Count < RepairLimits.Loaded;
        if (!_isLoaded)
            _loadAfter = some[^1];
    }

    private void Look(long now, BoxCare box)
    {
        (box.IsLooking, box.HasNews) = (true, false);
        _looking++;
        _finder.Find(now, box.Address, MailboxLimits.Holders, (later, members) => Audit(later, box, members));
    }

    private void Audit(long now, BoxCare box, IReadOnlyList<Endpoint> members)
    {
        var entries = _store.List(box.Address, box.After, RepairLimits.Entries);
        var last = entries.Count < RepairLimits.Entries ? 0 : entries[^1].Place;
        if (entries.Count == 0 && box.After == 0)
        {
            // Empty: whatever may be left of it are tombstones, which nobody asks for but others.
            _boxes.Remove(box.Address);
            _looking--;
            return;
        }

        var own = -1;
        for (var i = 0; i < members.Count; i++)
        {
            if (_finder.IsSelf(members[i]))
                own = i;
        }

        var chosen = new List<int>();
        RepairPolicy.Choose(members.Count, own, box.IsWary, Random(), chosen);
        var look = new BoxLook(this, box, [.. entries.Where(entry => entry.Expiry > now)], last);
        look.Begin(now, [.. chosen.Select(index => members[index])]);
    }

    /// <summary>A look has come to its end.</summary>
    internal void Ended(long now, BoxLook look)
    {
        var box = look.Box;
        box.IsLooking = false;
        _looking--;
        box.After = look.Last;
        box.IsWary = look.WasWrong || box.HasNews;
        var pause = RepairPolicy.Next(box.Pause, look.WasWrong || box.HasNews);
        // A large box is gone through part by part before it rests.
        Plan(now, box, look.Last != 0 ? RepairPolicy.FirstPause : pause);
        if (!look.WasWrong)
            box.Given = null;
    }

    /// <summary>Another holder has shown that the reader deleted a chunk.</summary>
    internal void Delete(KeptEntry entry, ReadOnlySpan<byte> signature)
    {
        _store.Delete(entry.Box.Address, entry.Hash, entry.Expiry, signature);
        _changed = true;
    }

    internal void CountPushed(int chunks) => Pushed += chunks;

    internal IDropStore Store => _store;

    internal IHolderFinder Finder => _finder;

    internal IHolderCalls Calls => _calls;

    internal IRandom Dice => _random;

    private void Plan(long now, BoxCare box, TimeSpan pause)
    {
        box.Pause = pause;
        PlanAt(box, now + (long)RepairPolicy.Drawn(pause, Random()).TotalMilliseconds);
    }

    private void PlanAt(BoxCare box, long at)
    {
        box.LookAt = at;
        _due.Enqueue(box, at);
    }

    private double Random() => _random.NextInt32(1 << 20) / (double)(1 << 20);
}
