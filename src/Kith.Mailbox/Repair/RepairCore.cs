using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>
/// Looks after what is kept for others (docs/protocol/mailbox.md, "Repair"): finds out who should hold a box now, has them prove it, and gives them what they lack. On the holder's thread, where the store is;
/// without I/O but the store's. What it changes there is committed with what comes next. Times are unix milliseconds of a clock that never goes back.
/// </summary>
public sealed class RepairCore : ISurplus
{
    private readonly IDropStore _store;
    private readonly IHolderFinder _finder;
    private readonly IHolderCalls _calls;
    private readonly IRandom _random;
    private readonly CareBook _boxes = new();
    private readonly LookPlan _plan = new();
    private readonly LoadWork _work = new();
    private readonly SurplusBook _surplus = new();
    private readonly FollowerWatch _watch = new();
    private readonly List<BoxLook> _looks = []; // under way
    private readonly Dictionary<Endpoint, long> _gone = []; // and when
    private BoxAddress? _loadAfter;
    private long _loadAt;
    private long _lookNotBefore;
    private long _now;
    private int _looking;

    /// <summary>A core that begins with what the store has.</summary>
    public RepairCore(IDropStore store, IHolderFinder finder, IHolderCalls calls, IRandom random) =>
        (_store, _finder, _calls, _random) = (store, finder, calls, random);

    /// <summary>How far the wall clock is ahead of the one by which calls say the time, milliseconds.</summary>
    public long WallAhead { get; set; }

    /// <summary>Boxes looked after.</summary>
    public int Boxes => _boxes.Count;

    /// <summary>Chunks given to others so far.</summary>
    public long Pushed { get; private set; }

    /// <summary>Audits so far.</summary>
    public long Audits { get; private set; }

    /// <summary>When <see cref="Tick"/> has something to do; never later than needed.</summary>
    public long NextDeadline
    {
        get
        {
            if (_work.HasSome)
                return 0;
            var next = Math.Min(_loadAt, _watch.Next);
            return _looking < RepairLimits.Looks ? Math.Min(next, Math.Max(_plan.Next, _lookNotBefore)) : next;
        }
    }

    /// <summary>An entry or a delete has come into a box and is committed: the others may lack it.</summary>
    public void Entered(long now, BoxAddress address)
    {
        if (!_boxes.TryGet(address, out var box))
        {
            // What was refused leaves nothing to look after.
            if (_store.Size(address).Entries == 0 && !_store.HasFailed)
                return;
            _boxes.Add(box = new BoxCare(address) { IsNew = true });
            Plan(now, box, RepairPolicy.Acquaintance);
        }

        box.IsWary = true;
        box.HasNews |= box.IsLooking;
        // Not put off by each further entry; and after a look it is planned anyway.
        if (!box.IsLooking && box.Pause > RepairPolicy.FirstPause)
            Plan(now, box, RepairPolicy.FirstPause);
    }

    /// <inheritdoc/>
    public bool TryTake(out BoxAddress box, out ChunkHash hash) => _surplus.TryTake(_now, out box, out hash);

    /// <summary>Begins what is due.</summary>
    public void Tick(long now)
    {
        _now = now;
        Load(now);
        _work.Tick(now);
        if (_surplus.TrySeek(now))
            SeekSurplus(now);
        if (_watch.TryTake(now, out var follower))
            AskWhetherThere(follower);
        while (_looking < RepairLimits.Looks && _lookNotBefore <= now && _plan.TryTake(now, out var box))
        {
            if (box.IsLooking || !_boxes.Has(box.Address))
                continue;
            _lookNotBefore = now + RepairLimits.LookPeriod;
            (box.IsLooking, box.HasNews, box.IsPressing) = (true, false, false);
            _looking++;
            // Where some refuse, others as far as readers look take their place.
            _finder.Find(now, box.Address, box is { Troubles: null, IsWary: false } ? MailboxLimits.Holders : MailboxLimits.Asked, (later, found) => Look(later, box, found));
        }
    }

    internal IDropStore Store => _store;

    internal IHolderFinder Finder => _finder;

    internal IRandom Dice => _random;

    internal void Ask(Endpoint holder, HolderRequest request) => _calls.Ask(holder, request);

    internal void CountAudit() => Audits++;

    internal void CountPushed() => Pushed++;

    /// <summary>A holder has answered.</summary>
    internal void Heard(long now, Endpoint holder) => _watch.Heard(now, holder);

    /// <summary>A holder is silent: the boxes that it should have are looked at now, all of them and by all who notice, so that others take its place. Of the same holder once a minute.</summary>
    internal void Gone(long now, Endpoint holder)
    {
        _finder.Failed(now, holder);
        if (_gone.TryGetValue(holder, out var before) && now - before < RepairLimits.GoneFor)
            return;
        if (_gone.Count >= RepairLimits.Gone)
            _gone.Clear();
        _gone[holder] = now;
        foreach (var look in _looks.ToArray())
            look.Replace(now, holder);
        var place = RoomKey.PlaceOf(holder);
        var pause = RepairPolicy.AfterSilence;
        foreach (var box in _boxes)
        {
            if (box.Distance(place) > box.Reach)
                continue;
            box.IsWary = true;
            if (box.IsLooking)
                box.HasNews = box.IsPressing = true;
            else if (box.LookAt > now + (long)pause.TotalMilliseconds)
                Plan(now, box, pause);
            pause += TimeSpan.FromMilliseconds(RepairLimits.GonePeriod);
        }
    }

    internal bool TryWork(WorkWanted wanted, Action<long, ulong> done) => _work.TryBegin(wanted, done);

    /// <summary>A look has come to its end.</summary>
    internal void Ended(long now, BoxLook look)
    {
        var box = look.Box;
        _looks.Remove(look);
        foreach (var chunk in look.Surplus)
            _surplus.Add(now, box.Address, chunk);
        box.After = look.Last;
        if (!look.WasWrong && look.Last == 0 && box.Troubles?.TryForget(now) == true)
            box.Troubles = null;
        Rest(now, box, look.WasWrong, hasMore: look.Last != 0);
    }

    private void Expect(int boxes)
    {
        _boxes.Expect(boxes);
        _plan.Expect(boxes);
    }

    // What is left from the last run, little by little.
    private void Load(long now)
    {
        if (now < _loadAt)
            return;
        if (_loadAfter is null)
            Expect(_store.Boxes);
        var some = _store.BoxesFrom(_loadAfter, RepairLimits.Loaded);
        if (_store.HasFailed)
        {
            _loadAt = now + RepairLimits.DiskPause;
            return;
        }

        foreach (var address in some)
        {
            if (_boxes.Has(address))
                continue;
            var box = new BoxCare(address);
            _boxes.Add(box);
            _plan.Add(box, now + (long)(RepairPolicy.AfterStart.TotalMilliseconds * Random()), isUrgent: false);
        }

        if (some.Count < RepairLimits.Loaded)
            _loadAt = long.MaxValue;
        _loadAfter = some.Count == 0 ? null : some[^1];
    }

    private void Look(long now, BoxCare box, IReadOnlyList<Endpoint> found)
    {
        var entries = _store.List(box.Address, box.After, RepairLimits.Entries);
        if (_store.HasFailed)
        {
            Rest(now, box, wasWrong: false, hasMore: false);
            return;
        }

        if (entries.Count == 0 && box.After == 0)
        {
            // Empty: whatever may be left of it are tombstones, which nobody asks for but others.
            _looking--;
            _boxes.Remove(box.Address);
            return;
        }

        var members = new List<Endpoint>(MailboxLimits.Holders);
        var others = new Queue<Endpoint>();
        var own = -1;
        foreach (var holder in found)
        {
            var isSelf = _finder.IsSelf(holder);
            if (!isSelf && box.Troubles?.Refuses(holder, now) == true)
                continue;
            if (members.Count == MailboxLimits.Holders)
            {
                // In our own place we are already.
                if (!isSelf)
                    others.Enqueue(holder);
                continue;
            }

            own = isSelf ? members.Count : own;
            members.Add(holder);
        }

        box.IsSpare = own < 0 && members.Count == MailboxLimits.Holders;
        box.Reach = members.Count == MailboxLimits.Holders ? box.Distance(RoomKey.PlaceOf(members[^1])) : uint.MaxValue;
        Follow(now, members, own, box.IsWary);
        if (box.IsNew)
        {
            // Nothing is audited yet, since the writer may not have come to all of them; but whoever gave it to us may have done so because they are gone.
            box.IsNew = false;
            foreach (var holder in members.Concat(others).Where(holder => !_finder.IsSelf(holder)))
                AskWhetherThere(holder);
            Rest(now, box, wasWrong: true, hasMore: false);
            return;
        }

        var isForRoom = box.IsSpare && _surplus.IsWanted(now);
        var chosen = new List<int>(MailboxLimits.Holders);
        RepairPolicy.Choose(members.Count, own, box.IsWary || isForRoom, Random(), chosen);
        if (chosen.Count == 0)
        {
            RestAlone(now, box);
            return;
        }

        var last = entries.Count < RepairLimits.Entries ? 0 : entries[^1].Place;
        var look = new BoxLook(this, box, [.. entries.Where(entry => entry.Expiry > now + WallAhead)], last, isForRoom, others);
        _looks.Add(look);
        look.Begin(now, chosen.ConvertAll(index => members[index]));
    }

    // Each member watches those that it audits, so each is watched by two others; all of them for a while, where something was wrong or may be.
    private void Follow(long now, List<Endpoint> members, int own, bool isWary)
    {
        for (var i = own < 0 ? 0 : 1; i < members.Count; i++)
        {
            var holder = members[(Math.Max(own, 0) + i) % members.Count];
            if (own >= 0 && i <= RepairPolicy.Audited)
                _watch.Follow(now, holder, RepairLimits.FollowerLifetime);
            else if (isWary)
                _watch.Follow(now, holder, RepairLimits.WaryLifetime);
        }
    }

    private void AskWhetherThere(Endpoint holder) => Ask(holder, new HolderRequest(new HelloRequest(), (now, answer, failure) =>
    {
        if (answer is not null)
            _watch.Heard(now, holder);
        else if (!failure.IsOfHolder())
            _watch.Unknown(now, holder);
        else if (_watch.IsGone(now, holder))
            Gone(now, holder);
    })
    { Patience = RepairLimits.FollowerPatience });

    private void Rest(long now, BoxCare box, bool wasWrong, bool hasMore)
    {
        _looking--;
        box.IsLooking = false;
        box.IsWary = wasWrong || box.HasNews;
        if (box.IsPressing)
        {
            Plan(now, box, RepairPolicy.AfterSilence);
            return;
        }

        // A large box is gone through part by part before it rests.
        Plan(now, box, hasMore ? RepairPolicy.FirstPause : RepairPolicy.Next(box.Pause, box.IsWary));
    }

    // Nobody else is there, or we are cut off: as wary as before, and not for as long.
    private void RestAlone(long now, BoxCare box)
    {
        _looking--;
        box.IsLooking = false;
        var next = box.Pause * 2;
        Plan(now, box, next < RepairPolicy.AfterStart ? next : RepairPolicy.AfterStart);
    }

    // Copies that others are nearer for are looked at once more now: only those with six proofs may give way.
    private void SeekSurplus(long now)
    {
        foreach (var box in _boxes.Where(box => box is { IsSpare: true, IsLooking: false }).Take(RepairLimits.Sought))
            _plan.Add(box, now, isUrgent: false);
    }

    private void Plan(long now, BoxCare box, TimeSpan pause)
    {
        box.Pause = pause;
        _plan.Add(box, now + (long)RepairPolicy.Drawn(pause, Random()).TotalMilliseconds, pause <= RepairPolicy.FirstPause);
    }

    private double Random() => _random.NextInt32(1 << 20) / (double)(1 << 20);
}
