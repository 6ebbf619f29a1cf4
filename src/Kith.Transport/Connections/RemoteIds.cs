using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>The connection ids that the other side gave: each path uses one of its own while there are enough (RFC 9000 sections 5.1 and 9.5).</summary>
internal sealed class RemoteIds
{
    private readonly List<(RemoteId Id, bool IsUsed)> _ids = [];
    private readonly Queue<ulong> _retirements = new();
    private ulong _retiredBelow;

    /// <summary>Sequence numbers to be retired, oldest first.</summary>
    public Queue<ulong> Retirements => _retirements;

    public int Count => _ids.Count;

    /// <summary>Takes one. False when there are more than were allowed, or the same number came with something else (RFC 9000 section 19.15).</summary>
    public bool Add(RemoteId id)
    {
        foreach (var (known, _) in _ids)
        {
            if (known.Sequence == id.Sequence)
                return known == id;
            if (known.Id == id.Id)
                return false;
        }

        if (id.Sequence < _retiredBelow)
            return Retire(id.Sequence);
        if (_ids.Count >= ConnectionLimits.ActiveIds)
            return false;
        _ids.Add((id, false));
        return true;
    }

    /// <summary>The first id's token comes later than the id in XX.</summary>
    public void SetFirstToken(Bits128 token) => _ids[0] = (_ids[0].Id with { Token = token }, _ids[0].IsUsed);

    /// <summary>An id that no path uses; without one, one that is used, so that the path can be used at all.</summary>
    public RemoteId Take()
    {
        for (var i = 0; i < _ids.Count; i++)
        {
            if (_ids[i].IsUsed)
                continue;
            _ids[i] = (_ids[i].Id, true);
            return _ids[i].Id;
        }

        return _ids.Count > 0 ? _ids[^1].Id : default;
    }

    public bool Contains(ulong sequence) => _ids.Exists(one => one.Id.Sequence == sequence);

    public bool HasToken(Bits128 token) => !token.IsZero && _ids.Exists(one => one.Id.Token == token);

    public bool HasUnused => _ids.Exists(static one => !one.IsUsed);

    /// <summary>No path uses it any more. False when too many wait to be said (RFC 9000 section 5.1.2).</summary>
    public bool Retire(ulong sequence)
    {
        _ids.RemoveAll(one => one.Id.Sequence == sequence);
        if (!_retirements.Contains(sequence))
            _retirements.Enqueue(sequence);
        return _retirements.Count <= ConnectionLimits.MaxPendingRetirements;
    }

    /// <summary>The other side wants everything below this retired; false when too many wait to be said.</summary>
    public bool RetireBelow(ulong sequence)
    {
        var ok = true;
        _retiredBelow = Math.Max(_retiredBelow, sequence);
        for (var i = _ids.Count - 1; i >= 0; i--)
        {
            if (_ids[i].Id.Sequence < _retiredBelow)
                ok &= Retire(_ids[i].Id.Sequence);
        }

        return ok;
    }
}
