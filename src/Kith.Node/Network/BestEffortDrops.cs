using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Envelopes that are left with holders and that no outbox has: receipts, and what a session starts with (docs/protocol/delivery.md, "Drops"). One that is refused is put again after pauses that double,
/// as long as this run lasts. Bounded: of more the oldest is forgotten, as after a restart; then the other side repeats what it answers. Belongs to the loop; times are unix milliseconds.
/// </summary>
internal sealed class BestEffortDrops
{
    /// <summary>Before one that was refused is put again; doubled each time, up to <see cref="LongestPause"/>.</summary>
    public const long FirstPause = 15_000;

    /// <summary>The longest of these pauses.</summary>
    public const long LongestPause = 60 * 60_000;

    /// <summary>Times that one is put: for some three days. By then the other side has repeated what it answers.</summary>
    public const int MostTries = 80;

    /// <summary>Bytes of all of them; they are a few hundred each.</summary>
    public const int MostBytes = 4 << 20;

    private const int Slack = 64;

    private readonly Dictionary<MessageId, Left> _left = [];
    private readonly Queue<MessageId> _order = new();
    private int _bytes;

    /// <summary>When <see cref="TakeDue"/> has something; null for never. Maybe early.</summary>
    public long? NextDeadline { get; private set; }

    /// <summary>How many are not with holders yet.</summary>
    public int Count => _left.Count;

    /// <summary>One is put for the first time.</summary>
    public void Add(MessageId id, AccountId peer, ReadOnlyMemory<byte> envelope)
    {
        _left[id] = new Left(peer, envelope);
        _order.Enqueue(id);
        _bytes += envelope.Length;
        while (_bytes > MostBytes && _order.Count > 1)
            Forget(_order.Dequeue());
        if (_order.Count > (2 * _left.Count) + Slack)
            TidyOrder();
    }

    /// <summary>Whether it is one of these.</summary>
    public bool Has(MessageId id) => _left.ContainsKey(id);

    /// <summary>Holders have it.</summary>
    public void Stored(MessageId id) => Forget(id);

    /// <summary>Nobody took it.</summary>
    public void Refused(MessageId id, long now)
    {
        if (!_left.TryGetValue(id, out var one))
            return;
        if (++one.Tries >= MostTries)
        {
            Forget(id);
            return;
        }

        one.DueAt = now + Math.Min(LongestPause, FirstPause << Math.Min(one.Tries - 1, 8));
        NextDeadline = Math.Min(NextDeadline ?? long.MaxValue, one.DueAt);
    }

    /// <summary>Something was stored, so holders are there: whoever waits for them is due soon.</summary>
    public void Hurry(long now)
    {
        foreach (var one in _left.Values.Where(one => one.DueAt < long.MaxValue))
        {
            one.DueAt = Math.Min(one.DueAt, now + FirstPause);
            NextDeadline = Math.Min(NextDeadline ?? long.MaxValue, one.DueAt);
        }
    }

    /// <summary>Those that are to be put again now, oldest first.</summary>
    public IReadOnlyList<(MessageId Id, AccountId Peer, ReadOnlyMemory<byte> Envelope)> TakeDue(long now)
    {
        if (NextDeadline is not { } next || (next > now && next <= now + LongestPause))
            return [];
        List<(MessageId, AccountId, ReadOnlyMemory<byte>)> due = [];
        NextDeadline = null;
        foreach (var id in _order)
        {
            if (!_left.TryGetValue(id, out var one) || one.DueAt == long.MaxValue)
                continue;
            // One that lies farther ahead was planned by a clock that was set back.
            if (one.DueAt <= now || one.DueAt > now + LongestPause)
            {
                one.DueAt = long.MaxValue;
                due.Add((id, one.Peer, one.Envelope));
            }
            else
            {
                NextDeadline = Math.Min(NextDeadline ?? long.MaxValue, one.DueAt);
            }
        }

        return due;
    }

    /// <summary>Nothing is left for this peer any more.</summary>
    public void Forget(AccountId peer)
    {
        foreach (var id in _left.Where(one => one.Value.Peer == peer).Select(one => one.Key).ToList())
            Forget(id);
    }

    private void Forget(MessageId id)
    {
        if (!_left.Remove(id, out var one))
            return;
        _bytes -= one.Envelope.Length;
        while (_order.TryPeek(out var first) && !_left.ContainsKey(first))
            _order.Dequeue();
    }

    private void TidyOrder()
    {
        MessageId[] kept = [.. _order.Where(_left.ContainsKey)];
        _order.Clear();
        foreach (var id in kept)
            _order.Enqueue(id);
    }

    private sealed class Left(AccountId peer, ReadOnlyMemory<byte> envelope)
    {
        public AccountId Peer => peer;

        public ReadOnlyMemory<byte> Envelope => envelope;

        public int Tries { get; set; }

        /// <summary>When it is put again; <see cref="long.MaxValue"/> while it is on its way.</summary>
        public long DueAt { get; set; } = long.MaxValue;
    }
}
