using Kith.Delivery;
using Kith.Forwarding.Hosting;
using Kith.Node.Loop;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Forwarding as a route of delivery. What is on its way is not sent again: forwarding tries new paths by itself. Where it gave up it is left alone for a while, so that what waits can be left with holders. Belongs to the loop.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ForwardRoute(TimeProvider time) : IRoute
{
    /// <summary>Envelopes under way in all; further ones wait.</summary>
    public const int MaxUnderWay = 4_096;

    /// <summary>A contact for whom forwarding gave up is not tried again for so long, milliseconds.</summary>
    public const long Pause = 30_000;

    /// <summary>A message that asked for this route keeps it open for others so long, milliseconds.</summary>
    public const long WantedFor = 120_000;

    private readonly Dictionary<MessageId, UnderWay> _underWay = []; // by forwarding's own ids
    private readonly HashSet<MessageId> _once = []; // of those under way, what nobody but us has: it is in no outbox
    private readonly Dictionary<(AccountId Peer, ReadOnlyMemory<byte> Envelope), MessageId> _known = new(new SameEnvelope());
    private readonly Dictionary<(AccountId Peer, MessageId Item), MessageId> _items = []; // what of the outbox is under way, and as what
    private readonly Dictionary<AccountId, long> _pausedUntil = [];
    private readonly Dictionary<AccountId, long> _wantedUntil = [];
    private readonly EvenClock _clock = new(time);
    private IForwarding? _forwarding;

    /// <inheritdoc/>
    public RouteKind Kind => RouteKind.Forward;

    private long Now => _clock.Now();

    /// <summary>It runs from now on.</summary>
    public void Attach(IForwarding forwarding) => _forwarding = forwarding;

    /// <inheritdoc/>
    public int Send(AccountId peer, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes)
    {
        for (var i = 0; i < envelopes.Length; i++)
        {
            if (!_known.ContainsKey((peer, envelopes[i])) && TrySend(peer, envelopes[i]) is null)
                return i;
        }

        return envelopes.Length;
    }

    /// <inheritdoc/>
    public void Took(AccountId peer, MessageId item, ReadOnlyMemory<byte> envelope)
    {
        if (!_known.TryGetValue((peer, envelope), out var id))
            return;
        // What it was sealed as before is of no use to its receiver.
        if (_items.TryGetValue((peer, item), out var before) && before != id)
            Withdraw(before);
        _items[(peer, item)] = id;
        _underWay[id].Item = item;
    }

    /// <inheritdoc/>
    public void Settled(AccountId peer, MessageId item)
    {
        if (_items.TryGetValue((peer, item), out var id))
            Withdraw(id);
    }

    /// <summary>Sends one at best effort, a receipt; false when there is no way. <see cref="GivenUp"/> gives it back.</summary>
    public bool TrySendOnce(AccountId peer, ReadOnlyMemory<byte> envelope)
    {
        if (!Reaches(peer) || TrySend(peer, envelope) is not { } id)
            return false;
        _once.Add(id);
        return true;
    }

    /// <summary>Whether there is a way to a contact that has not just failed.</summary>
    public bool Reaches(AccountId peer) => _forwarding is { } forwarding && !(_pausedUntil.TryGetValue(peer, out var until) && until > Now) && forwarding.CanReach(peer);

    /// <summary>A message asked for this route by name.</summary>
    public void Want(AccountId peer) => _wantedUntil[peer] = Now + WantedFor;

    /// <summary>Whether one did lately.</summary>
    public bool IsWanted(AccountId peer) => _wantedUntil.TryGetValue(peer, out var until) && until > Now;

    /// <summary>A message is safe with its receiver, who says so itself too.</summary>
    public void Acknowledged(AccountId peer, MessageId id)
    {
        _pausedUntil.Remove(peer);
        Forget(id);
    }

    /// <summary>Forwarding gave up for a message: the contact is not tried for a while. Returns its envelope when it was sent once and so is in no outbox.</summary>
    public ReadOnlyMemory<byte>? GivenUp(AccountId peer, MessageId id)
    {
        ReadOnlyMemory<byte>? left = _once.Contains(id) && _underWay.TryGetValue(id, out var sent) ? sent.Envelope : null;
        Forget(id);
        _pausedUntil[peer] = Now + Pause;
        return left;
    }

    /// <summary>Nothing more goes to somebody this way: they are no contact any more, or the setting forbids it.</summary>
    public void Remove(AccountId peer)
    {
        foreach (var id in _underWay.Where(one => one.Value.Peer == peer).Select(static one => one.Key).ToArray())
            Withdraw(id);

        _pausedUntil.Remove(peer);
        _wantedUntil.Remove(peer);
    }

    private MessageId? TrySend(AccountId peer, ReadOnlyMemory<byte> envelope)
    {
        if (_forwarding is not { } forwarding || _underWay.Count >= MaxUnderWay || forwarding.Send(peer, envelope) is not { } id)
            return null;
        _underWay[id] = new UnderWay(peer, envelope);
        _known[(peer, envelope)] = id;
        return id;
    }

    private void Withdraw(MessageId id)
    {
        _forwarding?.Withdraw(id);
        Forget(id);
    }

    private void Forget(MessageId id)
    {
        _once.Remove(id);
        if (!_underWay.Remove(id, out var sent))
            return;
        _known.Remove((sent.Peer, sent.Envelope));
        if (sent.Item is { } item)
            _items.Remove((sent.Peer, item));
    }

    private sealed class UnderWay(AccountId peer, ReadOnlyMemory<byte> envelope)
    {
        public AccountId Peer => peer;

        public ReadOnlyMemory<byte> Envelope => envelope;

        // Of the outbox; null for what was sent once.
        public MessageId? Item { get; set; }
    }

    // Envelopes begin with what was drawn for them alone.
    private sealed class SameEnvelope : IEqualityComparer<(AccountId Peer, ReadOnlyMemory<byte> Envelope)>
    {
        public bool Equals((AccountId Peer, ReadOnlyMemory<byte> Envelope) x, (AccountId Peer, ReadOnlyMemory<byte> Envelope) y) => x.Peer == y.Peer && x.Envelope.Span.SequenceEqual(y.Envelope.Span);

        public int GetHashCode((AccountId Peer, ReadOnlyMemory<byte> Envelope) one)
        {
            var hash = default(HashCode);
            hash.AddBytes(one.Envelope.Span[..Math.Min(64, one.Envelope.Length)]);
            return hash.ToHashCode();
        }
    }
}
