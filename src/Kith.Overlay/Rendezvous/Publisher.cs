using Kith.Crypto;

namespace Kith.Overlay.Rendezvous;

/// <summary>
/// Keeps this node's records on the DHT: at once when they change, again each hour at times of each record's own, under the next period's keys before it begins, and
/// overwritten when they are withdrawn. A state machine without I/O.
/// </summary>
internal sealed class Publisher(IMutableItems items, IRandom random)
{
    private readonly Dictionary<FindSecret, PublishedSecret> _secrets = [];
    private int _puts;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>The record published under a secret, if any.</summary>
    public Publication? Find(FindSecret secret) => _secrets.GetValueOrDefault(secret) is { IsWithdrawn: false } found ? found.Publication : null;

    /// <summary>Everything that is published from now on.</summary>
    public void Publish(long now, IReadOnlyList<Publication> publications)
    {
        var wanted = new HashSet<FindSecret>();
        foreach (var publication in publications)
        {
            if (wanted.Count == RendezvousLimits.MaxPublications)
                break;
            if (!wanted.Add(publication.Secret))
                continue;
            if (_secrets.TryGetValue(publication.Secret, out var known))
                Change(now, known, publication);
            else
                _secrets.Add(publication.Secret, new PublishedSecret(publication));
        }

        foreach (var (secret, published) in _secrets)
        {
            if (published.IsWithdrawn || wanted.Contains(secret))
                continue;
            published.Withdraw();
            foreach (var period in published.Periods)
                Restart(period, now);
        }

        Tick(now);
    }

    /// <summary>The network is there (again), or another one: what is on the DHT may be on no node that others would ask.</summary>
    public void Renew(long now)
    {
        foreach (var period in _secrets.Values.SelectMany(secret => secret.Periods).Where(period => period.Lookup is null))
        {
            period.Failures = 0;
            period.DueAt = now;
        }

        Tick(now);
    }

    public void Tick(long now)
    {
        foreach (var secret in _secrets.Values)
        {
            foreach (var period in secret.Periods)
                Conclude(now, secret, period);
            secret.Turn(now, Stop);
        }

        foreach (var over in _secrets.Where(secret => secret.Value.IsOver).ToArray())
        {
            _secrets.Remove(over.Key);
            over.Value.Dispose();
        }

        Start(now);
        NextDeadline = Deadline(now);
    }

    private void Change(long now, PublishedSecret known, Publication publication)
    {
        if (known.Change(now, publication) is not { } due)
            return;
        foreach (var period in known.Periods)
        {
            Restart(period, due);
            // How long it took the last one to be taken says nothing of this one, which somebody may be waiting for.
            (period.Failures, period.WeakPuts) = (0, 0);
        }
    }

    private void Restart(PublishedPeriod period, long due)
    {
        // What is under way would say something that is not true any more.
        Stop(period);
        period.DueAt = due;
    }

    private void Stop(PublishedPeriod period)
    {
        if (period.Lookup is not { } lookup)
            return;
        items.Cancel(lookup);
        period.Lookup = null;
        period.Result = null;
        period.FoundSequence = null;
        _puts--;
    }

    private void Start(long now)
    {
        if (_puts >= RendezvousLimits.MaxPuts)
            return;
        var due = _secrets.Values
            .SelectMany(secret => secret.Periods.Select(period => (Secret: secret, Period: period)))
            .Where(pair => pair.Period.Lookup is null && !pair.Period.IsOver && pair.Period.DueAt <= now)
            .OrderBy(pair => pair.Period.DueAt)
            .Take(RendezvousLimits.MaxPuts - _puts);
        foreach (var (secret, period) in due.ToArray())
        {
            _puts++;
            if (period.IsBehind)
                LookForSequence(now, period);
            else
                Put(now, secret, period);
        }
    }

    private void Put(long now, PublishedSecret secret, PublishedPeriod period)
    {
        // By time, so that it is higher than what an earlier run put, and by one more when the clock was set back (docs/protocol/rendezvous.md, "Sequence").
        period.Sequence = Math.Max(now, period.Sequence + 1);
        period.WasPut = true;
        var item = FindRecord.Seal(period.Keys, period.Sequence, secret.Content, now, secret.Publication.Signer, random);
        period.Lookup = items.Put(now, item, result =>
        {
            period.Result = result;
            NextDeadline = 0;
        });
    }

    private void LookForSequence(long now, PublishedPeriod period) => period.Lookup = items.Get(now, period.Keys.Target, progress =>
    {
        if (!progress.IsFinished)
            return;
        period.FoundSequence = progress.Item?.Sequence ?? 0;
        NextDeadline = 0;
    });

    private void Conclude(long now, PublishedSecret secret, PublishedPeriod period)
    {
        if (period.FoundSequence is { } sequence)
        {
            (period.FoundSequence, period.Lookup, period.IsBehind) = (null, null, false);
            _puts--;
            if (sequence < RendezvousLimits.MaxSequence)
                period.Sequence = Math.Max(period.Sequence, sequence);
            period.DueAt = now;
        }

        if (period.Result is not { } result)
            return;
        (period.Result, period.Lookup) = (null, null);
        _puts--;
        period.IsBehind = result.Refusal == Dht.DhtError.SequenceTooOld && period.Failures == 0;
        if (result.Stored == 0 || period.IsBehind)
            period.Failures++;
        else
            period.Failures = 0;
        // Few took it: the network is small, or we know little of it yet (we have just come, or moved).
        period.WeakPuts = result.Stored < RendezvousLimits.EnoughNodes ? period.WeakPuts + 1 : 0;
        period.IsOver = secret.IsWithdrawn && (result.Stored > 0 || period.Failures >= RendezvousLimits.MaxWithdrawTries);
        period.DueAt = now + Wait(period);
    }

    private long Wait(PublishedPeriod period)
    {
        // One that nobody took is put again twice after each wait: somebody may look for it, and a datagram may have been lost.
        var tries = period.Failures > 0 ? (period.Failures + 1) / 2 : period.WeakPuts;
        if (tries > 0)
        {
            var wait = Math.Min(RendezvousLimits.FirstRetry << Math.Min(tries - 1, 20), RendezvousLimits.LastRetry);
            return wait + random.NextInt64(-wait / 4, (wait / 4) + 1);
        }

        return RendezvousLimits.RenewInterval + random.NextInt64(-RendezvousLimits.RenewJitter, RendezvousLimits.RenewJitter + 1);
    }

    private long Deadline(long now)
    {
        var next = long.MaxValue;
        foreach (var secret in _secrets.Values)
        {
            if (!secret.IsWithdrawn)
                next = Math.Min(next, secret.NextPeriodAt(now));
            foreach (var period in secret.Periods)
            {
                if (period.Result is not null || period.FoundSequence is not null)
                    return now;
                if (period.Lookup is null && !period.IsOver && _puts < RendezvousLimits.MaxPuts)
                    next = Math.Min(next, period.DueAt);
            }
        }

        return next;
    }
}
