using Kith.Crypto;
using Kith.Overlay.Rendezvous;
using Kith.Wire;

namespace Kith.Overlay.Knock;

/// <summary>
/// For when no record is found: sends, passes on and opens knocks (docs/protocol/knock.md; the broadcast of p2p-chat, its point 6). A state machine without I/O, for one
/// thread.
/// </summary>
/// <param name="isOn">Off: nothing is sent, passed on or opened.</param>
/// <param name="sink">Where datagrams go.</param>
/// <param name="random">For nonces, and for whom to pass a knock to.</param>
/// <param name="neighbours">The peers that speak Kith's own dialect, and answered us: only they are sent knocks, and only theirs are taken.</param>
/// <param name="knocked">Told of each knock that opens: the secret, where they are, and when they said so.</param>
public sealed class KnockCore(
    bool isOn, IDatagramSink sink, IRandom random, Func<IReadOnlyList<Endpoint>> neighbours, Action<FindSecret, Contactable, long> knocked) : IDatagramCore
{
    private readonly SeenKnocks _seen = new();
    private readonly Dictionary<Endpoint, Allowance> _perNeighbour = [];
    private readonly Dictionary<FindSecret, long> _knockedAt = [];
    private readonly Allowance _total = new(KnockLimits.TotalBurst, KnockLimits.TotalInterval);
    private readonly Allowance _own = new(KnockLimits.OwnBurst, KnockLimits.OwnTotalInterval);
    private List<Door> _doors = [];

    /// <summary>Knocks passed on.</summary>
    public long PassedOn { get; private set; }

    /// <summary>Knocks dropped: over a limit, from no neighbour, here before, or malformed.</summary>
    public long Dropped { get; private set; }

    /// <inheritdoc/>
    public long NextDeadline => long.MaxValue;

    /// <summary>Whose knocks are opened: the whole of it.</summary>
    public void Listen(IReadOnlyList<Sought> sought)
    {
        // What was heard last under a secret stays, or a knock could be played to us again.
        var before = _doors.ToDictionary(door => door.Sought.Secret);
        var doors = new Dictionary<FindSecret, Door>();
        foreach (var one in sought)
        {
            if (doors.Count == KnockLimits.MaxSecrets)
                break;
            doors.TryAdd(one.Secret, new Door(one, before.GetValueOrDefault(one.Secret)));
        }

        _doors = [.. doors.Values];
    }

    /// <summary>Knocks with what is published for a contact; false when knocking is off, nobody is there, or it was too often.</summary>
    public bool Knock(long now, Publication publication)
    {
        if (!isOn || (_knockedAt.TryGetValue(publication.Secret, out var last) && now < last + KnockLimits.OwnInterval))
            return false;
        var near = neighbours();
        if (near.Count == 0 || !_own.TryTake(now))
            return false;
        Remember(now, publication.Secret);
        var key = KnockMessage.DeriveKey(publication.Secret);
        Span<byte> packet = stackalloc byte[KnockMessage.SealedSize];
        KnockMessage.Seal(key, publication, now, random, packet);
        _seen.Add(SeenKnocks.IdOf(packet));
        Send(near, null, packet, KnockLimits.StartLife - random.NextInt32(2));
        return true;
    }

    /// <inheritdoc/>
    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!isOn)
            return;
        if (!KnockMessage.TryRead(datagram, out var packet, out var life))
        {
            Dropped++;
            return;
        }

        // Who is no neighbour could have any address: such a knock would cost its sender one packet and us several.
        var near = neighbours();
        var id = SeenKnocks.IdOf(packet);

        // Only new ones count: the others' copies of a flood must not use up what is left for a knock in it.
        if (!near.Contains(from) || _seen.Contains(id) || !Allow(from).TryTake(now) || !_total.TryTake(now))
        {
            Dropped++;
            return;
        }

        _seen.Add(id);

        // Passed on whoever it is for: that it ended here would tell the neighbours who that is.
        if (life > 0)
        {
            Send(near, from, packet, life - 1);
            PassedOn++;
        }

        Open(now, packet);
    }

    /// <inheritdoc/>
    public void Tick(long now)
    {
    }

    private void Open(long now, ReadOnlySpan<byte> packet)
    {
        foreach (var door in _doors)
        {
            if (!KnockMessage.TryOpen(door.Key, door.Sought.Maker, packet, out var content, out var madeAt))
                continue;

            // Each is later than the one before, and none is old: what was opened once opens no more.
            if (Math.Abs(madeAt - now) > KnockLimits.MaxClockDifference || madeAt <= door.HeardAt)
                return;
            door.HeardAt = madeAt;
            if (content.Addresses.Count > 0)
                knocked(door.Sought.Secret, content, madeAt);
            return;
        }
    }

    private void Send(IReadOnlyList<Endpoint> near, Endpoint? except, ReadOnlySpan<byte> packet, int life)
    {
        Span<byte> datagram = stackalloc byte[KnockMessage.Size];
        KnockMessage.Write(packet, life, datagram);
        var others = near.Where(neighbour => neighbour != except).ToArray();
        var count = others.Length <= KnockLimits.FewNeighbours ? others.Length : KnockLimits.Fanout;
        for (var i = 0; i < count; i++)
        {
            // The first steps of a shuffle (Fisher and Yates).
            var chosen = i + random.NextInt32(others.Length - i);
            (others[i], others[chosen]) = (others[chosen], others[i]);
            sink.Send(others[i], datagram);
        }
    }

    private Allowance Allow(Endpoint neighbour)
    {
        if (_perNeighbour.TryGetValue(neighbour, out var allowance))
            return allowance;
        if (_perNeighbour.Count == KnockLimits.MaxCounted)
            _perNeighbour.Clear();
        return _perNeighbour[neighbour] = new Allowance(KnockLimits.NeighbourBurst, KnockLimits.NeighbourInterval);
    }

    private void Remember(long now, FindSecret secret)
    {
        foreach (var over in _knockedAt.Where(knock => knock.Value + KnockLimits.OwnInterval <= now).ToArray())
            _knockedAt.Remove(over.Key);
        _knockedAt[secret] = now;
    }

    /// <summary>Where somebody may knock.</summary>
    private sealed class Door(Sought sought, Door? before)
    {
        public Sought Sought { get; } = sought;

        public byte[] Key { get; } = before?.Key ?? KnockMessage.DeriveKey(sought.Secret);

        public long HeardAt { get; set; } = before?.HeardAt ?? 0;
    }
}
