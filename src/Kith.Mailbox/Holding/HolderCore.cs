using Kith.Crypto;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Holding;

/// <summary>
/// Keeps boxes for others (docs/protocol/mailbox.md). What changes something is done as it comes and answered once the batch is committed; what only asks is answered after that, from what is committed. A
/// batch that the disk does not take is undone, and all that it brought is answered with <see cref="DropCode.Disk"/>.
/// </summary>
public sealed class HolderCore : IHolding
{
    private readonly IDropStore _store;
    private readonly IRandom _random;
    private readonly BoxKeeping _keeping;
    private readonly BoxServing _serving;
    private readonly LoadGauge _load = new();
    private readonly NewsDesk _news = new();
    private readonly Dictionary<IHolderClient, KnownClient> _clients = [];
    private readonly ExpiryClock _clock;
    private readonly List<Change> _changes = [];
    private readonly List<(KnownClient Client, ulong Number, MailboxRequest Request)> _questions = [];
    private long _expireAt;
    private long _ahead; // of the wall clock
    private long _noted;
    private long _failingUntil;
    private int _batchBytes;

    /// <summary>A core on a store, which it disposes.</summary>
    /// <param name="store">What is kept.</param>
    /// <param name="key">This node's static key, which proofs are bound to.</param>
    /// <param name="random">For challenges.</param>
    /// <param name="surplus">Which copies give way when room is wanted; null for none.</param>
    public HolderCore(IDropStore store, X25519PublicKey key, IRandom random, ISurplus? surplus = null)
    {
        (_store, _random) = (store, random);
        _keeping = new BoxKeeping(store, surplus);
        _serving = new BoxServing(store, key);
        var (believed, doubted) = store.Clock;
        (_clock, _noted) = (new ExpiryClock(believed, doubted), believed);
    }

    /// <inheritdoc/>
    public long Used => _store.Used;

    /// <inheritdoc/>
    public int Boxes => _store.Boxes;

    /// <inheritdoc/>
    public string? Problem => _store.Problem;

    /// <inheritdoc/>
    public long NextDeadline => _expireAt;

    /// <inheritdoc/>
    public void Offer(long bytes) => _keeping.Room = Math.Max(0, bytes);

    /// <inheritdoc/>
    public void SetClock(long ahead) => _ahead = ahead;

    /// <inheritdoc/>
    public void Take(long now, IHolderClient client, ulong number, MailboxRequest request)
    {
        var known = Know(client);
        switch (request)
        {
            case PutRequest put:
                Put(now, known, number, put);
                break;
            case DeleteRequest delete:
                Delete(now, known, number, delete);
                break;
            default:
                _questions.Add((known, number, request));
                return;
        }

        if (_batchBytes >= HoldingLimits.BatchBytes)
            Settle(now);
    }

    /// <inheritdoc/>
    public void Gone(IHolderClient client)
    {
        if (!_clients.Remove(client, out var known))
            return;
        known.IsGone = true;
        _news.Remove(known);
    }

    /// <inheritdoc/>
    public void Finish(long now)
    {
        Expire(now);
        Settle(now);
        if (_questions.Count == 0)
            return;
        foreach (var (client, number, request) in _questions)
        {
            if (!client.IsGone)
                client.Client.Answer(number, Answer(now, client, number, request));
        }

        _questions.Clear();
        // Chunks that have rotted were dropped; or the disk failed, and the store recovers.
        Settle(now);
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private KnownClient Know(IHolderClient client)
    {
        if (!_clients.TryGetValue(client, out var known))
            _clients.Add(client, known = new KnownClient(client, client.Stream == client ? null : Know(client.Stream)));
        return known;
    }

    private void Put(long now, KnownClient client, ulong number, PutRequest request)
    {
        var codes = new DropCode[request.Items.Count];
        var time = Time(now);
        if (Wanted(now, client) > 0 && !client.TrySpend(request))
        {
            Array.Fill(codes, DropCode.WorkWanted);
            _changes.Add(new Change(client, number, codes, IsPut: true));
            return;
        }

        _load.Count(now);
        for (var i = 0; i < codes.Length; i++)
        {
            var item = request.Items[i];
            codes[i] = _keeping.Put(time, request.Box, item, client, out var place);
            if (place == 0)
                continue;
            _batchBytes += item.WireSize;
            _news.Note(request.Box.Address, new ListedEntry(place, item.Entry.Hash, item.Entry.Size, item.Chunk));
        }

        _changes.Add(new Change(client, number, codes, IsPut: true));
    }

    private void Delete(long now, KnownClient client, ulong number, DeleteRequest request)
    {
        var codes = new DropCode[request.Items.Count];
        var time = Time(now);
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = _keeping.Delete(time, request.Box, request.Items[i], client, out var isChange);
            _batchBytes += isChange ? HoldingLimits.TombstoneBytes : 0;
        }

        _changes.Add(new Change(client, number, codes, IsPut: false));
    }

    private void Expire(long now)
    {
        if (now < _expireAt)
            return;
        _expireAt = now + HoldingLimits.ExpiryPause;
        var believed = Time(now).Believed;
        if (Math.Abs(believed - _noted) >= HoldingLimits.ClockNoted)
        {
            _noted = believed;
            _store.NoteClock(believed, _clock.Doubted);
        }

        if (_store.RemoveExpired(believed, HoldingLimits.ExpiredAtOnce) == HoldingLimits.ExpiredAtOnce)
            _expireAt = now; // there is more, after what others want
    }

    // Commits, and lets out what had to wait for it.
    private void Settle(long now)
    {
        var isKept = TryCommit(now);
        foreach (var (client, number, codes, isPut) in _changes)
        {
            if (client.IsGone)
                continue;
            if (!isKept)
                codes.AsSpan().Replace(DropCode.Done, DropCode.Disk);
            client.Client.Answer(number, isPut ? new PutAnswer(codes, client.Want(Wanted(now, client), _random)) : new DeleteAnswer(codes));
        }

        if (isKept)
            _news.Tell();
        _news.Forget();
        _changes.Clear();
        _batchBytes = 0;
    }

    private bool TryCommit(long now)
    {
        try
        {
            _store.Commit();
            return true;
        }
        catch (IOException)
        {
            _failingUntil = now + HoldingLimits.DiskPause;
            return false;
        }
    }

    private MailboxAnswer Answer(long now, KnownClient client, ulong number, MailboxRequest request)
    {
        MailboxAnswer answer = request switch
        {
            HelloRequest => Welcome(now, client),
            ReadRequest read => Read(now, client, number, read),
            AuditRequest audit => _serving.Audit(Time(now), audit),
            // Requests are passed on by whoever takes streams, where that is offered.
            PassRequest => new PassAnswer(DropCode.NoRoom, default),
            _ => throw new ArgumentException("it is no request", nameof(request)),
        };
        if (!_store.HasFailed)
            return answer;
        // Of what could not be read nothing is said: an AUDIT's asker is not told that it is absent.
        return request switch
        {
            ReadRequest read => new EntriesAnswer(DropCode.Disk, HasMore: false, read.After, []),
            AuditRequest => new AuditAnswer([]),
            _ => answer,
        };
    }

    private WelcomeAnswer Welcome(long now, KnownClient client)
    {
        var offers = _keeping.Room > 0 && now >= _failingUntil;
        var free = offers ? Math.Max(0, _keeping.Room - _store.Used) >> 20 : 0;
        return new WelcomeAnswer(offers, PassesOn: true, (uint)Math.Min(free, uint.MaxValue), client.Want(Wanted(now, client), _random));
    }

    private EntriesAnswer Read(long now, KnownClient client, ulong number, ReadRequest request)
    {
        if (!request.IsSignedFor(client.Client.HandshakeHash.Span))
            return new EntriesAnswer(DropCode.Signature, HasMore: false, request.After, []);
        if (request.Flags.HasFlag(ReadFlags.News) && !_news.TryAdd(client, number, request))
            return new EntriesAnswer(DropCode.Busy, HasMore: false, request.After, []);
        return _serving.Read(Time(now), request);
    }

    private HolderTime Time(long now) => new(now + _ahead, _clock.Advance(now, now + _ahead));

    // Work keeps strangers off: those on a network of ours are few and known.
    private int Wanted(long now, KnownClient client) => client.Client.IsNear || _keeping.Room == 0 ? 0 : _load.Bits(now, _store.Used, _keeping.Room);

    private readonly record struct Change(KnownClient Client, ulong Number, DropCode[] Codes, bool IsPut);
}
