using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Client;

/// <summary>
/// Reads the boxes in which others leave what is for us (docs/protocol/mailbox.md, "Clients"): all side by side, lists from twelve holders each, chunks from any that has them, handed on in the writer's
/// order and once, deleted when that is committed. Sans-IO, for one thread at a time; times are unix milliseconds of a clock that never goes back.
/// </summary>
/// <param name="holders">Carries out what is asked.</param>
/// <param name="observer">Told what arrives.</param>
/// <param name="random">For times that differ, and dummies.</param>
public sealed partial class ReaderCore(IHolders holders, IReaderObserver observer, IRandom random)
{
    private readonly Dictionary<BoxSecret, ReaderRow> _rows = [];
    private readonly List<ReaderRow> _order = []; // most urgent first
    private readonly Dictionary<BoxAddress, ReadBox> _finding = [];
    private readonly Dictionary<BoxAddress, ReadBox> _comparing = [];
    private readonly PriorityQueue<ReaderTimer, long> _timers = new();
    private readonly HolderLines _lines = new(holders);
    private readonly HolderManners _manners = new();
    private ReaderRow? _dummy;
    private bool _isStarted;
    private long _ahead; // of the wall clock

    /// <summary>When <see cref="Tick"/> has something to do, unix milliseconds.</summary>
    public long NextDeadline => _timers.TryPeek(out _, out var at) ? at : long.MaxValue;

    /// <summary>Rows that are read for us.</summary>
    public int Rows => _order.Count;

    /// <summary>Chunks that are listed and not handed on.</summary>
    public int Unread => _order.Sum(row => row.Boxes.Values.Sum(box => box.Chunks.Values.Count(chunk => chunk.State is not (ChunkState.Done or ChunkState.Bad or ChunkState.Told))));

    /// <summary>The rows that are read from now on, the whole of it; most urgent first.</summary>
    public void Read(long now, IReadOnlyList<ReadableBox> boxes)
    {
        Start(now);
        var wanted = boxes.Select(box => box.Secret).ToHashSet();
        foreach (var (secret, row) in _rows.Where(one => !wanted.Contains(one.Key)).ToList())
        {
            _rows.Remove(secret);
            Leave(row);
        }

        _order.Clear();
        foreach (var box in boxes)
        {
            if (!_rows.TryGetValue(box.Secret, out var row))
                _rows[box.Secret] = row = new ReaderRow(box, isDummy: false);
            else if (row.Box.ReadSecret is { } before && !before.Equals(box.ReadSecret))
                Leave(row);
            row.Box = box;
            // What was read by a clock that is ahead of ours says nothing.
            if (box.Since <= Wall(now) + Margin)
                row.Since = Math.Max(row.Since, box.Since);
            if (!_order.Contains(row))
                _order.Add(row);
        }

        Roll(now);
    }

    /// <summary>Looks into all boxes anew at once, and soon into those of the days beside, in case that clocks are off.</summary>
    public void ReadNow(long now)
    {
        Start(now);
        foreach (var row in _order)
        {
            foreach (var box in row.Boxes.Values.ToList())
            {
                if (!box.IsTransient)
                    Look(now, box, isSettling: true);
            }
        }

        SweepNear(now);
    }

    /// <summary>The wall clock is so far ahead of the one by which calls say the time, milliseconds. Where it was set back, it may have been wrong for long: everything is read again as far as holders keep it.</summary>
    public void SetClock(long now, long ahead)
    {
        var step = ahead - _ahead;
        _ahead = ahead;
        if (!_isStarted || Math.Abs(step) <= Margin)
            return;
        foreach (var row in step < 0 ? _order : [])
        {
            row.Since = 0;
            foreach (var box in row.Boxes.Values)
                box.ReadAt = 0;
        }

        Roll(now);
        ReadNow(now);
    }

    /// <summary>The network is another one: what was known of holders does not hold, and everything is read anew.</summary>
    public void NetworkChanged(long now)
    {
        _manners.Forgive();
        foreach (var box in _order.SelectMany(static row => row.Boxes.Values))
            box.NearerPause = 0;
        ReadNow(now);
    }

    /// <summary>What arrived is committed: chunks that hold nothing else are deleted.</summary>
    public void Done(long now, IReadOnlyList<ArrivedEnvelope> envelopes)
    {
        HashSet<ReadBox> touched = [];
        foreach (var envelope in envelopes)
        {
            if (envelope.Source is not ToldEnvelope { IsDone: false } told)
                continue;
            told.IsDone = true;
            foreach (var chunk in told.Chunks)
            {
                SettleItem(chunk);
                touched.Add(chunk.Box);
            }

            told.Chunks.Clear();
        }

        foreach (var box in touched)
        {
            DeleteSoon(now, box);
            TellSince(now, box.Row);
        }
    }

    /// <summary>The holders of a box.</summary>
    public void Found(long now, BoxAddress address, IReadOnlyList<HolderHandle> found)
    {
        if (_finding.Remove(address, out var box))
            List(now, box, found);
        else if (_comparing.Remove(address, out box))
            Compare(now, box, found);
    }

    /// <summary>A holder's answer; null when none came or the stream of its news has ended, and why.</summary>
    public void Answered(long now, long ticket, MailboxAnswer? answer, AskFailure failure = AskFailure.None)
    {
        if (_lines.Find(ticket) is not { } ask)
            return;
        var isGood = answer switch
        {
            EntriesAnswer entries => ask.Kind != AskKind.Delete && entries.Code == DropCode.Done,
            DeleteAnswer deleted => ask.Kind == AskKind.Delete && !deleted.Codes.Any(code => code is DropCode.Busy or DropCode.Disk),
            _ => false,
        };
        if (isGood && !ask.IsStanding)
            _manners.Answered(ask.Reading.Holder, now - ask.AskedAt);
        _lines.Answered(ticket, goesOn: isGood && ask.Kind == AskKind.Watch);
        if (isGood)
            Take(now, ask, answer!);
        else
            Failed(now, ask, failure);
        _lines.Send(now, ask.Reading.Holder, Sent);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        while (_timers.TryPeek(out var timer, out var at) && at <= now)
        {
            _timers.Dequeue();
            Run(now, timer);
        }
    }

    private long Wall(long now) => now + _ahead;

    private void Start(long now)
    {
        if (_isStarted)
            return;
        _isStarted = true;
        At(now + ClientLimits.RollPause, ReaderTimerKind.Roll, null);
        SweepAt(now + ClientLimits.SweepPause);
        At(now + Around(ClientLimits.SweepPause), ReaderTimerKind.Dummy, null);
    }

    private void Run(long now, in ReaderTimer timer)
    {
        switch (timer.Kind)
        {
            case ReaderTimerKind.Roll:
                Roll(now);
                At(now + ClientLimits.RollPause, ReaderTimerKind.Roll, null);
                break;
            case ReaderTimerKind.Sweep when now < _sweepAt:
                break; // it was put to another time
            case ReaderTimerKind.Sweep:
                Sweep(now);
                break;
            case ReaderTimerKind.Dummy:
                ReadOtherDummy(now);
                break;
            case ReaderTimerKind.Silent:
                GiveUp(now, (ReadAsk)timer.Target!);
                break;
            case ReaderTimerKind.HandOn:
                TryHandOn(now, (ReaderRow)timer.Target!);
                break;
            case ReaderTimerKind.Delete:
                DeleteDone(now, (ReadBox)timer.Target!);
                break;
            case ReaderTimerKind.DeleteAgain:
                DeleteAgain(now, (ReadAsk)timer.Target!);
                break;
            default:
                Run(now, timer, (ReadBox)timer.Target!);
                break;
        }
    }

    private void Run(long now, in ReaderTimer timer, ReadBox box)
    {
        if (box.IsGone)
            return;
        switch (timer.Kind)
        {
            case ReaderTimerKind.Look when now >= box.NextLookAt && box.IsLookOver:
                Look(now, box, isSettling: false);
                break;
            case ReaderTimerKind.Settle when timer.Stamp == box.Look:
                EndLook(now, box);
                break;
            case ReaderTimerKind.Nearer when timer.Stamp == box.NearerPause:
                FindNearer(now, box);
                break;
            case ReaderTimerKind.Fetch when now >= box.FetchAt:
                Fetch(now, box);
                break;
        }
    }

    private void At(long at, ReaderTimerKind kind, object? target, int stamp = 0) => _timers.Enqueue(new ReaderTimer(kind, target, stamp), at);

    // Three quarters to five quarters of a pause, so that what began together does not stay together.
    private long Around(long pause) => random.NextInt64(pause - (pause / 4), pause + (pause / 4) + 1);

    private void Leave(ReaderRow row)
    {
        foreach (var box in row.Boxes.Values)
            Leave(box);
        row.Boxes.Clear();
        foreach (var chunk in row.Held)
            _heldBytes -= chunk.Size;
        row.Held.Clear();
    }

    private void Leave(ReadBox box)
    {
        box.IsGone = true;
        _finding.Remove(box.Keys.Address);
        _comparing.Remove(box.Keys.Address);
        foreach (var reading in box.Holders)
        {
            if (reading.Watch != 0 && _lines.Find(reading.Watch) is { } watch)
                _lines.Forget(watch);
        }
    }
}
