using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>
/// Puts what waits for readers into their boxes (docs/protocol/mailbox.md, "Who holds"). What waits for one reader is packed together: at once when nothing is under way for them, else when that has
/// ended, so that a message alone is not delayed and a burst costs few chunks. Sans-IO, for one thread at a time; times are unix milliseconds of a clock that never goes back.
/// </summary>
/// <param name="holders">Carries out what is asked.</param>
/// <param name="observer">Told of parcels.</param>
/// <param name="random">For nonces.</param>
public sealed class WriterCore(IHolders holders, IWriterObserver observer, IRandom random) : IPutWorld
{
    private const int MostRows = 1_024;

    private readonly Dictionary<BoxSecret, WriterRow> _rows = [];
    private readonly Queue<WriterRow> _turns = new();
    private readonly List<PutBatch> _batches = [];
    private readonly Dictionary<long, (PutBatch Batch, PutAttempt Attempt)> _tickets = [];
    private readonly Dictionary<BoxAddress, (long At, List<PutBatch> Waiting)> _finding = [];
    private readonly Dictionary<BoxAddress, (long At, IReadOnlyList<HolderHandle> Holders)> _found = [];
    private readonly Queue<(PutBatch Batch, ProofOfWork Work, Action<long, ulong> Done)> _toils = new();
    private readonly HolderManners _manners = new();
    private int _underWay; // rows with a load
    private long _waitingBytes;
    private int _waiting;
    private long _ticket;
    private long _number;

    /// <summary>Bytes of chunks with their entries that one PUT may have.</summary>
    public Func<int> MostBytes { get; init; } = static () => WireLimits.MaxPutBytes;

    /// <summary>How far the wall clock is ahead of the one by which calls say the time, milliseconds: periods, numbers and expiries go by it.</summary>
    public long WallAhead { get; set; }

    /// <summary>When <see cref="Tick"/> has something to do, unix milliseconds.</summary>
    public long NextDeadline
    {
        get
        {
            if (_toils.Count > 0)
                return 0;
            var next = long.MaxValue;
            foreach (var batch in _batches)
                next = Math.Min(next, batch.IsOver ? long.MaxValue : batch.Deadline);
            return next;
        }
    }

    /// <summary>Parcels of which nothing was told yet.</summary>
    public int Waiting => _waiting + _rows.Values.Sum(row => row.Load?.Ids.Count ?? 0);

    HolderManners IPutWorld.Manners => _manners;

    long IPutWorld.Wall(long now) => Wall(now);

    /// <summary>Puts parcels; told of later, or at once where they are too many.</summary>
    public void Put(long now, WritableBox box, IReadOnlyList<Parcel> parcels)
    {
        var row = RowOf(now, box);
        List<MessageId>? refused = null;
        foreach (var parcel in parcels)
        {
            if (parcel.Envelope.Length is 0 or > ChunkItems.MaxEnvelope || _waiting >= MailboxLimits.WaitingParcels || _waitingBytes + parcel.Envelope.Length > ClientLimits.WaitingBytes)
            {
                (refused ??= []).Add(parcel.Id);
                continue;
            }

            row.Waiting.Add((box, parcel));
            _waiting++;
            _waitingBytes += parcel.Envelope.Length;
        }

        if (refused is not null)
            observer.Refused(box, refused, "too much waits to be put already");
        Queue(row);
        Turn(now);
    }

    /// <summary>Parcels that are needed no more: nothing is told of them.</summary>
    public void Withdraw(long now, WritableBox box, IReadOnlyList<MessageId> parcels)
    {
        if (!_rows.TryGetValue(box.Secret, out var row))
            return;
        HashSet<MessageId> gone = [.. parcels];
        foreach (var (_, parcel) in row.Waiting.Where(one => gone.Contains(one.Parcel.Id)))
            Leave(parcel);
        row.Waiting.RemoveAll(one => gone.Contains(one.Parcel.Id));
        foreach (var batch in _batches.Where(batch => batch.Load.Row == row).ToList())
        {
            batch.Load.Ids.RemoveAll(gone.Contains);
            foreach (var id in parcels)
                batch.Withdraw(id);
        }

        if (row.Load is { } load && load.Batches.TrueForAll(batch => batch.HasEnded))
            End(row);
        Turn(now);
    }

    /// <summary>The network is another one: nothing that was known of holders holds.</summary>
    public void NetworkChanged()
    {
        _found.Clear();
        _manners.Forgive();
    }

    /// <summary>The holders of a box.</summary>
    public void Found(long now, BoxAddress address, IReadOnlyList<HolderHandle> found)
    {
        if (_found.Count >= MostRows)
            _found.Clear();
        if (found.Count >= MailboxLimits.Enough)
            _found[address] = (now, found);
        if (_finding.Remove(address, out var waiting))
        {
            foreach (var batch in waiting.Waiting)
                batch.Found(now, found);
        }

        Turn(now);
    }

    /// <summary>A holder's answer; null when none came, and why.</summary>
    public void Answered(long now, long ticket, MailboxAnswer? answer, AskFailure failure = AskFailure.None)
    {
        if (!_tickets.Remove(ticket, out var asked))
            return;
        if (answer is null && failure.IsOfHolder())
            holders.Failed(asked.Attempt.Holder);
        asked.Batch.Answered(now, asked.Attempt, answer);
        Turn(now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        Toil(now);
        foreach (var batch in _batches.Where(batch => batch.Deadline <= now).ToList())
            batch.Tick(now);
        Turn(now);
    }

    void IPutWorld.Find(long now, PutBatch batch, IReadOnlyList<string> preferred)
    {
        if (_found.TryGetValue(batch.Address, out var known) && now - known.At < ClientLimits.FoundFor)
        {
            batch.Found(now, known.Holders);
            return;
        }

        if (_finding.TryGetValue(batch.Address, out var finding))
        {
            finding.Waiting.Add(batch);
            if (now - finding.At < ClientLimits.FindPatience)
                return;
        }

        // Asked again where no answer came: it was lost for a defect, and must not hold up this box for ever.
        _finding[batch.Address] = (now, finding.Waiting ?? [batch]);
        holders.Find(batch.Address, MailboxLimits.Asked, preferred);
    }

    void IPutWorld.Ask(PutBatch batch, PutAttempt attempt, PutRequest request)
    {
        attempt.Ticket = ++_ticket;
        _tickets[attempt.Ticket] = (batch, attempt);
        holders.Ask(attempt.Ticket, attempt.Holder, request);
    }

    void IPutWorld.Delete(HolderHandle holder, DeleteRequest request) => holders.Ask(++_ticket, holder, request);

    void IPutWorld.Toil(PutBatch batch, ProofOfWork work, Action<long, ulong> done) => _toils.Enqueue((batch, work, done));

    void IPutWorld.Ended(long now, PutBatch batch, string? why)
    {
        var load = batch.Load;
        load.Open--;
        load.Why ??= why;
        if (why is not null)
            _found.Remove(batch.Address); // others may be there by now
        if (load.Open > 0 || load.Row.Load != load)
            return;
        Rest(load);
        End(load.Row);
        if (load.Ids.Count == 0)
            return;
        if (load.Why is { } reason)
            observer.Refused(load.Box, [.. load.Ids], reason);
        else
            observer.Stored(load.Box, [.. load.Ids]);
    }

    // A slice of one work, then it stands behind the others: a dear link does not hold up what holders under load want.
    private void Toil(long now)
    {
        while (_toils.TryDequeue(out var toil))
        {
            if (toil.Batch.IsOver)
                continue; // nobody wants it any more
            if (toil.Work.TryFinish(ClientLimits.WorkSlice, out var work))
                toil.Done(now, work);
            else
                _toils.Enqueue(toil);
            return;
        }
    }

    // Gives rows their turn while there is room, and forgets what is over.
    private void Turn(long now)
    {
        while (_underWay < ClientLimits.PutsAtOnce && _turns.TryDequeue(out var row))
        {
            row.IsQueued = false;
            if (row.Load is null && row.Waiting.Count > 0)
                Pack(now, row);
        }

        Forget();
    }

    private void Pack(long now, WriterRow row)
    {
        // Parcels of one call to Put may stand beside those of another that says something else of the same row: what is told last of its holders and keys serves all that are alike.
        var alike = row.Waiting.TakeWhile(one => IsAlike(one.Box, row.Waiting[0].Box)).ToList();
        var box = alike[^1].Box;
        if (TryResume(now, row, box))
            return;
        var parcels = alike.ConvertAll(one => one.Parcel);
        var chunks = ParcelPacker.Pack(parcels, random, out var taken, MostBytes());
        var load = new PutLoad(row, box, [.. parcels.Take(taken).Select(parcel => parcel.Id)]);
        row.Waiting.RemoveRange(0, taken);
        for (var i = 0; i < taken; i++)
            Leave(parcels[i]);
        row.Load = load;
        _underWay++;
        var wall = Wall(now);
        var first = row.Schedule.IndexAt(wall);
        for (var index = first; index < first + Math.Max(1, box.Ahead); index++)
        {
            if (row.KeysOf(box, index) is { } keys)
                load.Batches.Add(new PutBatch(this, keys, load, Copy(chunks), () => _number = Math.Max(wall, _number + 1), random));
        }

        load.Open = load.Batches.Count;
        if (load.Open == 0)
        {
            End(row);
            observer.Refused(box, load.Ids, "the reader's key for this day is not known");
            return;
        }

        _batches.AddRange(load.Batches);
        foreach (var batch in load.Batches)
            batch.Begin(now);
    }

    private static bool IsAlike(WritableBox one, WritableBox other) => ReferenceEquals(one, other)
        || (one.Period == other.Period && one.Price == other.Price && one.Ahead == other.Ahead && (one.ReadKeys is null) == (other.ReadKeys is null));

    // What was refused by too many, though some have it, goes on as it was when the same parcels come again: the others need not keep it twice.
    private bool TryResume(long now, WriterRow row, WritableBox box)
    {
        if (row.HalfDone is not { } batch)
            return false;
        row.HalfDone = null;
        var ids = batch.Parcels.ToHashSet();
        // One that was packed while more fitted into a request would fit nowhere now.
        if (batch.Bytes > MostBytes() || batch.Index != row.Schedule.IndexAt(Wall(now)) || ids.Count == 0 || row.Waiting.Count(one => ids.Contains(one.Parcel.Id) && one.Box.Ahead == 1) != ids.Count)
        {
            batch.Stop();
            return false;
        }

        foreach (var (_, parcel) in row.Waiting.Where(one => ids.Contains(one.Parcel.Id)))
            Leave(parcel);
        row.Waiting.RemoveAll(one => ids.Contains(one.Parcel.Id));
        row.Load = new PutLoad(row, box, [.. ids]) { Open = 1 };
        row.Load.Batches.Add(batch);
        _underWay++;
        _batches.Add(batch);
        batch.Resume(now, row.Load);
        return true;
    }

    private void Rest(PutLoad load)
    {
        foreach (var batch in load.Batches.Where(batch => !batch.IsStored))
        {
            if (load.Batches.Count == 1 && batch.IsHalfDone && _rows.Values.Sum(row => row.HalfDone?.Bytes ?? 0) + batch.Bytes <= ClientLimits.HalfDoneBytes)
                load.Row.HalfDone = batch;
            else
                batch.Stop();
            _batches.Remove(batch);
        }
    }

    // Sealing empties what it is given.
    private static List<PackedChunk> Copy(List<PackedChunk> chunks) => chunks.ConvertAll(chunk => new PackedChunk([.. chunk.Items], [.. chunk.Parcels]));

    private void End(WriterRow row)
    {
        row.Load = null;
        _underWay--;
        Queue(row);
    }

    private void Queue(WriterRow row)
    {
        if (row.IsQueued || row.Load is not null || row.Waiting.Count == 0)
            return;
        row.IsQueued = true;
        _turns.Enqueue(row);
    }

    private void Leave(in Parcel parcel)
    {
        _waiting--;
        _waitingBytes -= parcel.Envelope.Length;
    }

    private void Forget()
    {
        // Batches that are stored may still be withdrawn: the newest are remembered for that.
        var bytes = _batches.Sum(batch => batch.HasEnded ? batch.Bytes : 0);
        for (var i = 0; i < _batches.Count && bytes > ClientLimits.BackgroundBytes; i++)
        {
            if (!_batches[i].HasEnded)
                continue;
            bytes -= _batches[i].Bytes;
            _batches[i].Stop();
        }

        for (var i = 0; i < _batches.Count && _batches.Count > ClientLimits.PutsRemembered; i++)
        {
            if (!_batches[i].HasEnded)
                continue;
            _batches[i].Stop();
            _batches.RemoveAt(i--);
        }

        if (_tickets.Count > 2 * ClientLimits.PutsRemembered * MailboxLimits.Asked)
        {
            foreach (var (ticket, _) in _tickets.Where(one => one.Value.Batch.IsOver).ToList())
                _tickets.Remove(ticket);
        }
    }

    private long Wall(long now) => now + WallAhead;

    private WriterRow RowOf(long now, WritableBox box)
    {
        if (!_rows.TryGetValue(box.Secret, out var row))
        {
            if (_rows.Count >= MostRows)
                DropIdleRows();
            _rows[box.Secret] = row = new WriterRow(box);
        }

        row.UsedAt = now;
        return row;
    }

    private void DropIdleRows()
    {
        foreach (var (secret, _) in _rows.Where(one => one.Value.Load is null && one.Value.Waiting.Count == 0).OrderBy(one => one.Value.UsedAt).Take(MostRows / 2).ToList())
            _rows.Remove(secret);
    }
}
