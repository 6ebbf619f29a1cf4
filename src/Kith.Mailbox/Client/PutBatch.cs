using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>
/// Chunks on their way into one box (docs/protocol/mailbox.md, "Who holds"): to six holders side by side, stored when each chunk has been acknowledged by four, and further holders in place of those that
/// refuse or are silent.
/// </summary>
internal sealed class PutBatch
{
    /// <summary>For a writer whose clock is ahead: how long chunks are kept when holders find that too long.</summary>
    private static readonly TimeSpan[] Kept = [MailboxLimits.Kept, TimeSpan.FromDays(28), TimeSpan.FromDays(23), TimeSpan.FromDays(14), TimeSpan.FromDays(3)];

    private readonly IPutWorld _world;
    private readonly BoxKeys _keys;
    private readonly List<PackedChunk> _chunks;
    private byte[][] _sealed;
    private readonly ChunkHash[] _hashes;
    private readonly ulong[] _works;
    private readonly BoxEntry[] _entries;
    private readonly HashSet<Endpoint>[] _acknowledged; // by whom; a holder that is asked again counts once
    private readonly List<PutAttempt> _attempts = [];
    private readonly HashSet<MessageId> _parcels;
    private readonly HashSet<MessageId> _withdrawn = [];
    private readonly long _bytes;
    private List<HolderHandle> _candidates = [];
    private int _nextCandidate;
    private int _wanted = MailboxLimits.Holders;
    private int _kept;
    private int _expiryVotes;
    private long _endsAt = long.MaxValue;
    private bool _isFound;
    private bool _isPaid;
    private int _finds;
    private int _known;
    private long _findAt = long.MaxValue;

    /// <param name="world">The core.</param>
    /// <param name="keys">The box's.</param>
    /// <param name="load">What it belongs to.</param>
    /// <param name="chunks">What it carries.</param>
    /// <param name="number">Gives each chunk its number.</param>
    /// <param name="random">For nonces.</param>
    public PutBatch(IPutWorld world, BoxKeys keys, PutLoad load, List<PackedChunk> chunks, Func<long> number, IRandom random)
    {
        (_world, _keys, Load, _chunks) = (world, keys, load, chunks);
        _sealed = [.. chunks.Select(chunk => ChunkFormat.Seal(keys, number(), ChunkItems.Write(chunk.Items), random))];
        _hashes = [.. _sealed.Select(chunk => ChunkHash.Of(chunk))];
        _parcels = [.. chunks.SelectMany(chunk => chunk.Parcels)];
        _works = new ulong[chunks.Count];
        _entries = new BoxEntry[chunks.Count];
        _acknowledged = [.. chunks.Select(_ => new HashSet<Endpoint>())];
        _bytes = _sealed.Sum(chunk => (long)chunk.Length);
        foreach (var chunk in chunks)
            chunk.Items.Clear(); // the envelopes are in the sealed chunks now
    }

    public PutLoad Load { get; private set; }

    public BoxAddress Address => _keys.Address;

    public long Index => _keys.Index;

    public bool IsStored { get; private set; }

    /// <summary>Whether it was told of: stored, refused or withdrawn.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether it does nothing more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Bytes of chunks that it has in memory.</summary>
    public long Bytes => _sealed.Length == 0 ? 0 : _bytes;

    /// <summary>The parcels in it that are not withdrawn.</summary>
    public IEnumerable<MessageId> Parcels => _parcels.Where(id => !_withdrawn.Contains(id));

    /// <summary>Whether some holder has it though too few have, or its price is paid: worth to go on with rather than to put the same parcels as other chunks.</summary>
    public bool IsHalfDone => !IsStored && (_isPaid || _attempts.Exists(attempt => attempt.HasAll)) && _withdrawn.Count == 0;

    /// <summary>When <see cref="Tick"/> has something to do, unix milliseconds.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    public void Begin(long now) => Pay(now, 0);

    /// <summary>The holders of the box.</summary>
    public void Found(long now, IReadOnlyList<HolderHandle> holders)
    {
        if (IsOver)
            return;
        (_isFound, _known) = (true, holders.Count);
        var has = _attempts.Where(attempt => attempt.HasAll).Select(attempt => attempt.Holder.At).ToHashSet();
        var preferred = holders.Count(holder => holder.IsPreferred);
        _wanted = MailboxLimits.Holders + preferred;
        // The reader asks twelve: what lies farther away is found by nobody.
        _candidates = [.. holders.OrderBy(holder => !holder.IsPreferred).ThenBy(holder => _world.Manners.IsAvoided(holder, now)).Take(MailboxLimits.Asked + preferred).Where(holder => !has.Contains(holder.At))];
        _nextCandidate = 0;
        Fill(now);
    }

    /// <summary>A holder's answer, or that none came.</summary>
    public void Answered(long now, PutAttempt attempt, MailboxAnswer? answer)
    {
        if (IsOver || attempt.IsOver)
            return;
        if (answer is not PutAnswer put || put.Codes.Count != attempt.Indexes.Length)
        {
            attempt.Code = answer is null ? DropCode.Done : DropCode.Malformed;
            _world.Manners.Failed(attempt.Holder, now);
            End(attempt);
            Fill(now);
            return;
        }

        _world.Manners.Answered(attempt.Holder, now - attempt.AskedAt);
        if (put.Codes.Contains(DropCode.WorkWanted) && put.Wanted.Bits <= ClientLimits.MostLoadWork && attempt.WorkTries < ClientLimits.WorkTries)
        {
            attempt.WorkTries++;
            attempt.SilentAt = long.MaxValue; // it is we who work
            var challenge = put.Wanted.Challenge;
            _world.Toil(this, ProofOfWork.OfLoad(challenge.Span, put.Wanted.Bits), (later, work) => Ask(later, attempt, work, challenge));
            return;
        }

        Count(now, attempt, put.Codes);
        End(attempt);
        if (attempt.Code == DropCode.Expiry && ++_expiryVotes >= 2 && _kept < Kept.Length - 1)
            Shorten(now);
        Settle(now);
        Fill(now);
    }

    public void Tick(long now)
    {
        if (IsOver)
            return;
        if (now >= _endsAt)
        {
            Finish(now, IsStored ? null : "not enough holders answered in time");
            return;
        }

        if (!_isFound)
        {
            Deadline = _endsAt;
            if (now < _findAt)
                return;
            _findAt = long.MaxValue;
            _world.Find(now, this, Load.Box.Preferred);
            return;
        }

        foreach (var attempt in _attempts)
            attempt.IsSilent |= !attempt.IsOver && now >= attempt.SilentAt;
        Fill(now);
    }

    /// <summary>A parcel reached its reader otherwise: chunks that hold nothing else are deleted where they are, and a batch of such chunks ends.</summary>
    public void Withdraw(MessageId id)
    {
        if (!_parcels.Contains(id) || !_withdrawn.Add(id))
            return;
        var gone = Enumerable.Range(0, _chunks.Count).Where(i => _chunks[i].Parcels.Contains(id) && _chunks[i].Parcels.TrueForAll(_withdrawn.Contains)).ToList();
        if (gone.Count == 0)
            return;
        if (_keys.Read is { } read)
        {
            var items = gone.ConvertAll(i => new DeleteItem(_hashes[i], EntryRules.SignDelete(read, _keys.Address, _hashes[i])));
            foreach (var attempt in _attempts)
                _world.Delete(attempt.Holder, new DeleteRequest(_keys.Box, items));
        }

        if (_withdrawn.Count == _parcels.Count)
            (HasEnded, IsOver, _sealed) = (true, true, []);
    }

    /// <summary>Ends what it still does in the background.</summary>
    public void Stop() => (IsOver, _sealed) = (true, []);

    /// <summary>Goes on after a refusal: the same parcels are to be put again.</summary>
    public void Resume(long now, PutLoad load)
    {
        (Load, HasEnded, IsOver, _isFound, _finds) = (load, false, false, false, 0);
        _attempts.RemoveAll(attempt => !attempt.HasAll);
        _candidates = [];
        Deadline = _endsAt = EndOf(now);
        Sign(now);
        _world.Find(now, this, Load.Box.Preferred);
    }

    private long EndOf(long now) => now + ClientLimits.FindPatience + ClientLimits.PutPatience + (MailboxLimits.Holders * _bytes / ClientLimits.SlowLine);

    // The price of each entry, one after the other; then the holders.
    private void Pay(long now, int from)
    {
        if (IsOver)
            return;
        if (_keys.Box.Price == 0 || from == _chunks.Count)
        {
            // However long we have worked, holders have their time from now on.
            Deadline = _endsAt = EndOf(now);
            _isPaid = _keys.Box.Price > 0;
            Sign(now);
            _world.Find(now, this, Load.Box.Preferred);
            return;
        }

        _world.Toil(this, ProofOfWork.OfEntry(_keys.Box, _hashes[from]), (later, work) =>
        {
            _works[from] = work;
            Pay(later, from + 1);
        });
    }

    private void Sign(long now)
    {
        var expiry = EntryRules.ExpiryAt(_world.Wall(now), Kept[_kept]);
        for (var i = 0; i < _entries.Length; i++)
            _entries[i] = EntryRules.Sign(_keys, _hashes[i], _sealed[i].Length, expiry, _works[i]);
    }

    // Several holders say that the expiry is too far ahead, so our clock is: keep it for less, and begin again with those who said so.
    private void Shorten(long now)
    {
        _kept++;
        _expiryVotes = 0;
        Sign(now);
        var again = _attempts.Where(attempt => attempt.IsOver && attempt.Code == DropCode.Expiry).Select(attempt => attempt.Holder);
        _candidates = [.. again.Concat(_candidates.Skip(_nextCandidate)).DistinctBy(holder => holder.At)];
        _nextCandidate = 0;
    }

    private void Fill(long now)
    {
        while (!IsOver && _attempts.Count(attempt => attempt.Counts) < _wanted && _nextCandidate < _candidates.Count)
        {
            var holder = _candidates[_nextCandidate++];
            // Each once: asked again it would stand for two, and have one copy.
            if (!_attempts.Exists(attempt => attempt.Holder.At == holder.At && (attempt.HasAll || !attempt.IsOver)))
                Start(now, holder);
        }

        if (IsOver)
            return;
        if (_attempts.TrueForAll(attempt => attempt.IsOver) && _nextCandidate >= _candidates.Count)
        {
            // A node that has just started knows few yet.
            if (!IsStored && _known < MailboxLimits.Enough && ++_finds < ClientLimits.Finds)
            {
                (_findAt, _isFound) = (now + ClientLimits.FindPause, false);
                Deadline = Math.Min(_endsAt, _findAt);
                return;
            }

            Finish(now, IsStored ? null : Why());
            return;
        }

        Deadline = _endsAt;
        foreach (var attempt in _attempts)
        {
            if (!attempt.IsOver && !attempt.IsSilent)
                Deadline = Math.Min(Deadline, attempt.SilentAt);
        }
    }

    private void Start(long now, HolderHandle holder)
    {
        int[] indexes = [.. Enumerable.Range(0, _chunks.Count).Where(i => _acknowledged[i].Count < _wanted)];
        var attempt = new PutAttempt(holder, indexes, indexes.Sum(i => (long)_sealed[i].Length));
        _attempts.Add(attempt);
        Ask(now, attempt);
    }

    private void Ask(long now, PutAttempt attempt, ulong work = 0, ReadOnlyMemory<byte> challenge = default)
    {
        if (IsOver)
            return;
        attempt.AskedAt = now;
        // Side by side the six share one line.
        attempt.SilentAt = now + _world.Manners.Patience(attempt.Holder, attempt.Bytes * _wanted);
        Deadline = Math.Min(Deadline, attempt.SilentAt);
        _world.Ask(this, attempt, new PutRequest(_keys.Box, work, [.. attempt.Indexes.Select(i => new PutItem(_entries[i], _sealed[i]))]) { Challenge = challenge });
    }

    private void Count(long now, PutAttempt attempt, IReadOnlyList<DropCode> codes)
    {
        attempt.HasAll = true;
        for (var i = 0; i < codes.Count; i++)
        {
            // What was deleted was read.
            if (codes[i] is DropCode.Done or DropCode.Deleted)
                _acknowledged[attempt.Indexes[i]].Add(attempt.Holder.At);
            else
                (attempt.HasAll, attempt.Code) = (false, codes[i]);
        }

        if (attempt.Code is DropCode.Disk or DropCode.NoRoom or DropCode.Full or DropCode.Malformed or DropCode.WorkWanted)
            _world.Manners.Failed(attempt.Holder, now);
    }

    private static void End(PutAttempt attempt)
    {
        attempt.IsOver = true;
        attempt.SilentAt = long.MaxValue;
    }

    private void Settle(long now)
    {
        if (IsStored || HasEnded || Array.Exists(_acknowledged, by => by.Count < MailboxLimits.Enough))
            return;
        (IsStored, HasEnded) = (true, true);
        _endsAt = now + ClientLimits.BackgroundPatience + (MailboxLimits.Holders * _bytes / ClientLimits.SlowLine);
        _world.Ended(now, this, null);
    }

    private void Finish(long now, string? why)
    {
        IsOver = true;
        Deadline = long.MaxValue;
        foreach (var attempt in _attempts)
        {
            if (!attempt.IsOver && attempt.IsSilent)
                _world.Manners.Failed(attempt.Holder, now);
        }

        if (HasEnded)
        {
            _sealed = [];
            return;
        }

        HasEnded = true;
        _world.Ended(now, this, why ?? Why());
    }

    private string Why()
    {
        if (_candidates.Count == 0)
            return "no holders are known yet";
        var took = _acknowledged.Min(by => by.Count);
        var reasons = _attempts.Where(attempt => !attempt.HasAll).GroupBy(attempt => Say(attempt.Code)).Select(group => $"{group.Count()} {group.Key}");
        return $"{took} of the {MailboxLimits.Enough} holders that are needed took it ({string.Join(", ", reasons.DefaultIfEmpty("no others are known"))})";
    }

    private static string Say(DropCode code) => code switch
    {
        DropCode.Done => "did not answer",
        DropCode.Full or DropCode.ShareUsedUp => "had no room",
        DropCode.BoxFull => "said that the box is full",
        DropCode.Expiry => "found the expiry wrong, so this clock may be off",
        DropCode.WorkWanted => "wanted more work",
        DropCode.Busy => "were busy",
        DropCode.Disk => "could not write to disk",
        DropCode.NoRoom => "offered no room",
        _ => "refused it",
    };
}
