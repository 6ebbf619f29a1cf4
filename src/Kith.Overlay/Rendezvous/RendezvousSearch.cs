using Kith.Crypto;
using Kith.Overlay.Dht;

namespace Kith.Overlay.Rendezvous;

/// <summary>What a search has brought so far.</summary>
/// <param name="Record">The newest record that holds; null while there is none, or when it says that they are to be found no more.</param>
/// <param name="IsFinished">Whether this is the last report.</param>
/// <param name="Hops">How many nodes away from us the one with the record was; without one, how far the search went.</param>
/// <param name="Queries">Queries sent so far.</param>
/// <param name="ClockDifference">How far the maker's clock is surely from ours, milliseconds; see <see cref="Finding.ClockDifference"/>.</param>
public sealed record SearchProgress(FindRecord? Record, bool IsFinished, int Hops, int Queries, long ClockDifference);

/// <summary>
/// Looks for one contact's record: in the period that runs, near its edge in the neighbour too, and when nothing fresh is there in both neighbours, since a clock may
/// be hours off.
/// </summary>
public sealed class RendezvousSearch
{
    private readonly IMutableItems _items;
    private readonly Action<SearchProgress> _progress;
    private readonly long _now;
    private readonly bool _isWide;
    private readonly Queue<long> _later = new();
    private readonly List<Look> _looks = [];
    private FindRecord? _best;
    private int _hops;

    internal RendezvousSearch(IMutableItems items, long now, FindSecret secret, Ed25519PublicKey maker, Action<SearchProgress> progress, bool isWide)
    {
        _items = items;
        _now = now;
        _progress = progress;
        _isWide = isWide;
        Secret = secret;
        Maker = maker;
    }

    /// <summary>Under which it looks.</summary>
    public FindSecret Secret { get; }

    /// <summary>Who must have signed.</summary>
    public Ed25519PublicKey Maker { get; }

    /// <summary>Whether it has reported for the last time, or was cancelled.</summary>
    public bool IsFinished { get; private set; }

    internal void Start()
    {
        var schedule = new FindSchedule(Secret);
        var index = schedule.IndexAt(_now);
        var first = new List<long> { index };
        foreach (var (neighbour, distance) in new[] { (index + 1, schedule.StartOf(index + 1) - _now), (index - 1, _now - schedule.StartOf(index)) })
        {
            if (neighbour < 0)
                continue;
            if (distance < RendezvousLimits.Edge)
                first.Add(neighbour);
            else
                _later.Enqueue(neighbour);
        }

        foreach (var period in first)
            LookIn(period);
    }

    internal void Cancel()
    {
        if (IsFinished)
            return;
        foreach (var look in _looks)
        {
            if (look.Lookup is { IsFinished: false } lookup)
                _items.Cancel(lookup);
        }

        Finish();
    }

    /// <summary>Ends it early, with a last report.</summary>
    internal void GiveUp()
    {
        if (IsFinished)
            return;
        var last = Report(isFinished: true);
        Cancel();
        _progress(last);
    }

    private void LookIn(long index)
    {
        var look = new Look(PeriodKeys.Derive(Secret, index));
        _looks.Add(look);
        look.Lookup = _items.Get(_now, look.Keys.Target, progress => Progress(look, progress));
    }

    private void Progress(Look look, GetProgress progress)
    {
        if (IsFinished)
            return;
        look.Queries = progress.Queries;
        look.IsFinished = progress.IsFinished;
        if (_best is null)
            _hops = Math.Max(_hops, progress.Hops);
        else if (_hops == 0)
            _hops = progress.Hops; // our own storage had it first
        var isNews = progress.Item is { } item
            && (_best is null || item.Sequence > _best.Sequence)
            && FindRecord.TryOpen(look.Keys, item, Maker, out var record)
            && Take(record, progress.Hops);
        if (_looks.TrueForAll(each => each.IsFinished))
        {
            // An old record, or one of the future: a clock may be off, and a newer one stand in another period.
            if (_later.Count > 0 && (_best is null ? _isWide : !IsFresh(_best)))
            {
                if (isNews && _best!.Content.Addresses.Count > 0)
                    _progress(Report(isFinished: false));
                while (!IsFinished && _later.TryDequeue(out var index))
                    LookIn(index);
                return;
            }

            var last = Report(isFinished: true);
            Finish();
            _progress(last);
        }
        else if (isNews && _best!.Content.Addresses.Count > 0)
        {
            _progress(Report(isFinished: false));
        }
    }

    private bool IsFresh(FindRecord record) =>
        record.MadeAt <= _now + Finding.ClockTolerance
        && record.MadeAt >= _now - RendezvousLimits.RenewInterval - RendezvousLimits.RenewJitter - Finding.ClockTolerance;

    private bool Take(FindRecord record, int hops)
    {
        _best = record;
        _hops = hops;
        return true;
    }

    private SearchProgress Report(bool isFinished)
    {
        var record = _best is { Content.Addresses.Count: > 0 } found ? found : null;
        return new SearchProgress(record, isFinished, _hops, _looks.Sum(look => look.Queries), record is null ? 0 : Difference(record));
    }

    private long Difference(FindRecord record)
    {
        var ahead = record.MadeAt - _now;
        return ahead > 0 ? ahead : Math.Min(0, ahead + RendezvousLimits.MaxRecordAge);
    }

    private void Finish()
    {
        IsFinished = true;
        foreach (var look in _looks)
            look.Keys.Dispose();
    }

    private sealed class Look(PeriodKeys keys)
    {
        public PeriodKeys Keys { get; } = keys;

        public DhtLookup? Lookup { get; set; }

        public int Queries { get; set; }

        public bool IsFinished { get; set; }
    }
}
