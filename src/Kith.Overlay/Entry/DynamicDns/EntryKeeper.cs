using Kith.Crypto;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>
/// Keeps one dynamic DNS name true while this node is fit to be an entry node: reads its records at intervals, asks the entry nodes that they name, and replaces those that
/// failed two checks (docs/protocol/entry.md, section 3).
/// </summary>
internal sealed partial class EntryKeeper(DynamicDnsOptions options, TsigKey key, DnsAsker asker, IEntryEffects effects, IRandom random)
{
    private readonly KeeperTiming _timing = options.Timing;
    private readonly HashSet<Endpoint> _answered = [];
    private HashSet<(DnsName Target, ushort Port)> _suspects = [];
    private EntryRecords _records = EntryRecords.None;
    private List<EntryRecord> _asked = [];
    private List<EntryRecord> _dead = [];
    private Endpoint? _self;
    private Endpoint? _primary;
    private DnsName? _zone;
    private Step _step;
    private int _questions;
    private int _generation;
    private int _failures;
    private int _lonely;
    private long _lastAnswer = long.MinValue / 2;

    private enum Step
    {
        /// <summary>Waits for the next check.</summary>
        Resting,

        /// <summary>Waits for DNS.</summary>
        Waiting,

        /// <summary>Asks the entry nodes.</summary>
        Asking,

        /// <summary>Waits its turn to write.</summary>
        Deferring,
    }

    public string Name => options.Name;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long Due { get; private set; } = long.MaxValue;

    /// <summary>Why the name could not be renewed; null when it could, or need not be.</summary>
    public string? Trouble { get; private set; }

    /// <summary>When this node last changed the records, unix milliseconds.</summary>
    public long? RenewedAt { get; private set; }

    /// <summary>Whether this node is an entry node of the name, as last read or written.</summary>
    public bool IsEntry { get; private set; }

    /// <summary>Whether this node keeps the name now.</summary>
    public bool IsKeeping => _self is not null;

    /// <summary>Raised by one with each change of what is shown.</summary>
    public int Version { get; private set; }

    /// <summary>Where this node is an entry node, or null when it is not fit to be one.</summary>
    public void SetReachable(long now, Endpoint? self)
    {
        if (_self == self)
            return;
        _self = self;
        // What is under way was begun as somebody else.
        _generation++;
        _step = Step.Resting;
        _suspects.Clear();
        _lonely = 0;
        IsEntry = false;
        Due = self is null ? long.MaxValue : now + Within(_timing.FirstCheckWithin);
        Version++;
    }

    /// <summary>Something proven came from there.</summary>
    public void Answered(long now, Endpoint from)
    {
        _lastAnswer = now;
        if (_step != Step.Asking || !_asked.Exists(entry => entry.Endpoints.Contains(from)))
            return;
        _ = _answered.Add(from);
        if (_asked.TrueForAll(IsAlive))
            Due = now;
    }

    public void Tick(long now)
    {
        if (now < Due || _self is null)
            return;
        switch (_step)
        {
            case Step.Resting:
                Read(now, StartAsking);
                break;
            case Step.Asking:
                AskOrJudge(now);
                break;
            case Step.Deferring:
                Read(now, Write);
                break;
            default:
                // DNS has not come back although its own time-out has passed: begin anew.
                Rest(now);
                break;
        }
    }

    private bool IsAlive(EntryRecord entry) => entry.Endpoints.Any(_answered.Contains);

    private bool IsSelf(EntryRecord entry) => _self is { } self && entry.Endpoints.Contains(self);

    private void StartAsking(long now, EntryRecords records)
    {
        _records = records;
        _asked = [.. records.Entries.Where(entry => !IsSelf(entry))];
        _answered.Clear();
        _questions = 0;
        _step = Step.Asking;
        IsEntry = records.Entries.Any(IsSelf);
        Version++;
        AskOrJudge(now);
    }

    private void AskOrJudge(long now)
    {
        if (_questions == _timing.Questions || _asked.TrueForAll(IsAlive))
        {
            Judge(now);
            return;
        }

        _questions++;
        Due = now + _timing.QuestionGap;
        foreach (var entry in _asked.Where(entry => !IsAlive(entry)).ToList())
        {
            foreach (var endpoint in entry.Endpoints)
                effects.Ask(endpoint, EntrySource.DynamicDns);
        }
    }

    private void Judge(long now)
    {
        _dead = [.. _asked.Where(entry => !IsAlive(entry))];
        _lonely = _dead.Count > 0 && now - _lastAnswer > _timing.OnlineWithin ? _lonely + 1 : 0;
        // Of silence all around, the likeliest cause is our own network; if it lasts we may be the last one there, without whom no newcomer comes in.
        if (_lonely > 0 && (IsEntry || _lonely < _timing.LonelyChecks))
        {
            _suspects.Clear();
            Rest(now);
            return;
        }

        // And should it be our network after all, no more than one entry node pays for it, and the others put it back.
        var isLonely = _lonely > 0;
        if (isLonely)
        {
            _dead = _records.Set.Count < options.MaxEntries ? [] : [_dead[random.NextInt32(_dead.Count)]];
            _lonely = 0;
        }

        if (!isLonely && _dead.Exists(entry => !_suspects.Contains((entry.Target, entry.Port))))
        {
            // One failed check is no proof: confirmed by a second.
            _suspects = [.. _dead.Select(entry => (entry.Target, entry.Port))];
            _step = Step.Resting;
            Due = now + _timing.ConfirmAfter;
        }
        else if (_dead.Count > 0 || (!IsEntry && _records.Set.Count < options.MaxEntries))
        {
            _suspects.Clear();
            _step = Step.Deferring;
            Due = now + Within(_timing.UpdateWithin);
        }
        else
        {
            _suspects.Clear();
            _failures = 0;
            SetTrouble(null);
            Rest(now);
        }
    }

    private void Rest(long now)
    {
        _step = Step.Resting;
        Due = now + (_timing.CheckEvery / 2) + Within(_timing.CheckEvery);
    }

    private void Recheck(long now)
    {
        _step = Step.Resting;
        Due = now + Within(_timing.RecheckWithin);
    }

    private void Fail(long now, string trouble)
    {
        SetTrouble(trouble);
        _step = Step.Resting;
        var pause = Math.Min(_timing.CheckEvery << Math.Min(_failures++, 16), _timing.LongestPause);
        Due = now + (pause / 2) + Within(pause);
    }

    private void SetTrouble(string? trouble)
    {
        Version += trouble == Trouble ? 0 : 1;
        Trouble = trouble;
    }

    private long Within(long time) => random.NextInt64(0, time + 1);
}
