namespace Kith.Overlay.Rendezvous;

/// <summary>One secret that is published, or was and is being withdrawn.</summary>
internal sealed class PublishedSecret(Publication publication) : IDisposable
{
    private static readonly Contactable Nowhere = new([]);

    private double _changes = RendezvousLimits.ChangeBurst;
    private long _grantedAt;

    public Publication Publication { get; private set; } = publication;

    public FindSchedule Schedule { get; } = new(publication.Secret);

    public bool IsWithdrawn { get; private set; }

    /// <summary>The period that runs, and for an hour before it begins the next.</summary>
    public List<PublishedPeriod> Periods { get; } = new(2);

    /// <summary>What is put now.</summary>
    public Contactable Content => IsWithdrawn ? Nowhere : Publication.Content;

    public bool IsOver => IsWithdrawn && Periods.TrueForAll(period => period.IsOver);

    /// <summary>Takes what is to be published from now on; the result says when it may go out, or that nothing has changed.</summary>
    public long? Change(long now, Publication publication)
    {
        var same = !IsWithdrawn && publication.Signer.PublicKey == Publication.Signer.PublicKey
            && publication.Content.Addresses.SequenceEqual(Publication.Content.Addresses, StringComparer.Ordinal);
        Publication = publication;
        IsWithdrawn = false;
        if (same)
            return null;
        foreach (var period in Periods)
            period.IsOver = false;
        return NextChange(now);
    }

    /// <summary>Withdraws the record; where one stands it is overwritten with an empty one.</summary>
    public void Withdraw()
    {
        IsWithdrawn = true;
        foreach (var period in Periods)
        {
            period.IsOver = !period.WasPut;
            period.Failures = 0;
        }
    }

    /// <summary>When the next period has to be put for the first time.</summary>
    public long NextPeriodAt(long now) => Schedule.StartOf(Schedule.IndexAt(now + RendezvousLimits.Lead) + 1) - RendezvousLimits.Lead;

    /// <summary>Brings in the periods that count now, due at once, and drops those that are over.</summary>
    public void Turn(long now, Action<PublishedPeriod> drop)
    {
        var current = Schedule.IndexAt(now);
        for (var i = Periods.Count - 1; i >= 0; i--)
        {
            if (Periods[i].Keys.Index >= current)
                continue;
            drop(Periods[i]);
            Periods[i].Dispose();
            Periods.RemoveAt(i);
        }

        if (IsWithdrawn)
            return;
        var last = Schedule.IndexAt(now + RendezvousLimits.Lead);
        for (var index = current; index <= last; index++)
        {
            if (!Periods.Exists(period => period.Keys.Index == index))
                Periods.Add(new PublishedPeriod(PeriodKeys.Derive(Publication.Secret, index)) { DueAt = now });
        }
    }

    public void Dispose()
    {
        foreach (var period in Periods)
            period.Dispose();
    }

    // A network that comes and goes every second must not make us put every second. What waits already takes a later change with it.
    private long NextChange(long now)
    {
        if (_grantedAt > now)
            return _grantedAt;
        _changes = Math.Min(RendezvousLimits.ChangeBurst, _changes + ((double)(now - _grantedAt) / RendezvousLimits.ChangeInterval));
        var wait = _changes >= 1 ? 0 : (long)((1 - _changes) * RendezvousLimits.ChangeInterval);
        _changes = Math.Max(0, _changes - 1);
        return _grantedAt = now + wait;
    }
}
