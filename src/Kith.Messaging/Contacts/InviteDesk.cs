using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>The invites that our links carry: made, withdrawn, proved and counted.</summary>
internal sealed class InviteDesk
{
    /// <summary>Links that can be open at once.</summary>
    public const int MaxLinks = 1000;

    /// <summary>The longest life of a link: ten years, milliseconds. For longer there is "for ever".</summary>
    public const long MaxLifetime = 10L * 366 * 24 * 60 * 60 * 1000;

    /// <summary>A link that is over is known so long, so that its users are told why; milliseconds.</summary>
    private const long Remembrance = 30L * 24 * 60 * 60 * 1000;

    private readonly Surroundings _around;
    private readonly Dictionary<InviteId, Invite> _invites = [];

    /// <summary>Counts changes: for what is computed from all of them.</summary>
    public int Changes { get; private set; }

    // Links that ended until then were said to have ended.
    private long _toldAt;

    public InviteDesk(Surroundings around)
    {
        _around = around;
        _toldAt = around.Now;
        foreach (var (_, value) in around.Records.All(RecordKind.Invite))
        {
            if (Invite.TryRead(value, out var invite))
                _invites[invite.Id] = invite;
        }
    }

    /// <summary>When the next link ends, or is to be forgotten.</summary>
    public long? NextDeadline => _invites.Values.Where(invite => invite.ExpiresAt is not null)
        .Min(invite => invite.ExpiresAt > _toldAt ? invite.ExpiresAt : invite.ExpiresAt + Remembrance);

    /// <summary>When the newest link was made; 0 without any.</summary>
    public long NewestAt => _invites.Values.Select(invite => invite.CreatedAt).DefaultIfEmpty().Max();

    public IEnumerable<Invite> Open => _invites.Values.Where(invite => invite.StatusAt(_around.Now) == InviteStatus.Valid).OrderByDescending(invite => invite.CreatedAt);

    /// <param name="uses">How many people it is for.</param>
    /// <param name="lifetime">How long it lives; null for ever.</param>
    /// <param name="price">What a public one asks of its users while we are away, bits of work.</param>
    /// <param name="hiddenUntil">Links made until then are published no more: this one is later.</param>
    public Invite Create(int uses, TimeSpan? lifetime, int? price, long hiddenUntil)
    {
        if (uses is < 0 or > Invite.MaxUses)
            throw new MessengerException(MessengerError.Invalid, $"A link is for 0 (public) to {Invite.MaxUses} people.");
        if (price is < 0 or > Link.MaxPrice)
            throw new MessengerException(MessengerError.Invalid, $"The work that a link asks for is 0 to {Link.MaxPrice} bits.");
        if (price is > 0 && uses > 0)
            throw new MessengerException(MessengerError.Invalid, "Only a public link asks for work: the others have a secret.");
        if (lifetime is { } life && (life < TimeSpan.FromSeconds(1) || life.TotalMilliseconds > MaxLifetime))
            throw new MessengerException(MessengerError.Invalid, "A link lives for at least a second and at most ten years, or for ever.");
        if (Open.Count() >= MaxLinks)
            throw new MessengerException(MessengerError.Conflict, $"There are {MaxLinks} open links already: withdraw some first.");
        var now = _around.Now;
        var invite = Invite.Create(_around.Random, uses, now, lifetime is { } span ? now + (long)span.TotalMilliseconds : null) with
        {
            CreatedAt = Math.Max(now, hiddenUntil + 1),
            Price = uses > 0 ? 0 : price ?? Invite.DefaultPrice,
        };
        Save(invite);
        return invite;
    }

    public void Revoke(string id)
    {
        if (!InviteId.TryParse(id, out var inviteId) || !_invites.Remove(inviteId))
            throw new MessengerException(MessengerError.NotFound, $"There is no link {id}.");
        _around.Records.Remove(RecordKind.Invite, inviteId.ToArray());
        Changes++;
        _around.Effects.FindingChanged();
        _around.Effects.BoxesChanged();
        _around.Effects.OnionChanged();
    }

    public Invite? Find(InviteId id) => _invites.GetValueOrDefault(id);

    /// <summary>One more person has come by it.</summary>
    public void Spend(Invite invite) => Save(invite.Spend(_around.Now));

    /// <summary>Those that may still be used, and those that were used or ended lately: what was left for them is read. Newest first.</summary>
    public IEnumerable<Invite> Readable => _invites.Values.Where(IsReadable).OrderByDescending(invite => invite.CreatedAt);

    /// <summary>Holders have the link's bundle.</summary>
    public void Bundled(Invite invite) => Save(invite with { BundledAt = _around.Now });

    public void Tick()
    {
        var now = _around.Now;
        if (_invites.Values.Any(invite => invite.ExpiresAt > _toldAt && invite.ExpiresAt <= now))
        {
            Changes++;
            _around.Effects.FindingChanged();
            _around.Effects.BoxesChanged();
        }

        _toldAt = now;
        foreach (var invite in _invites.Values.Where(invite => invite.ExpiresAt + Remembrance <= now).ToArray())
        {
            _invites.Remove(invite.Id);
            _around.Records.Remove(RecordKind.Invite, invite.Id.ToArray());
            _around.Effects.OnionChanged();
        }
    }

    // Whoever came by the last use goes on writing into its request box until they know that we have them.
    private bool IsReadable(Invite invite) => invite.StatusAt(_around.Now) switch
    {
        InviteStatus.UsedUp => invite.LastUsedAt + Remembrance > _around.Now,
        _ => true,
    };

    private void Save(Invite invite)
    {
        _invites[invite.Id] = invite;
        Changes++;
        using var writer = new WireWriter();
        invite.Write(writer);
        _around.Records.Put(RecordKind.Invite, invite.Id.ToArray(), writer.WrittenSpan);
        _around.Effects.FindingChanged();
        _around.Effects.BoxesChanged();
        _around.Effects.OnionChanged();
    }
}
