using System.Net;
using Kith.Crypto;

namespace Kith.Overlay.Entry;

/// <summary>Why the system's resolver has no address for a name.</summary>
public enum ResolveError
{
    /// <summary>It has some.</summary>
    None,

    /// <summary>There is no such name, or it has no address.</summary>
    NoSuchName,

    /// <summary>No DNS server answered: mostly there is no network.</summary>
    Unreachable,
}

/// <summary>I/O that was asked for and has not come back; what does not come back in time is told as failed.</summary>
internal sealed class EntryRequests(IRandom random)
{
    private readonly Dictionary<int, EntryRequest> _open = [];
    // Where the last number was: begun anywhere, so that what an earlier core asked is not taken for an answer to this one.
    private int _last = (int)(random.NextUInt32() >> 1);

    public long NextDeadline { get; private set; } = long.MaxValue;

    public int Add(EntryRequest request)
    {
        _open.Add(++_last, request);
        NextDeadline = Math.Min(NextDeadline, request.Deadline);
        return _last;
    }

    public bool TryTake(int id, out EntryRequest? request) => _open.Remove(id, out request);

    public void Expire(long now)
    {
        if (now < NextDeadline)
            return;
        foreach (var (id, request) in _open.Where(open => open.Value.Deadline <= now).ToList())
        {
            _ = _open.Remove(id);
            request.WhenResolved?.Invoke(now, [], ResolveError.Unreachable);
            request.WhenExchanged?.Invoke(now, default);
        }

        NextDeadline = _open.Count == 0 ? long.MaxValue : _open.Values.Min(request => request.Deadline);
    }
}

/// <summary>One such request: one of the two is set.</summary>
internal sealed record EntryRequest(long Deadline, Action<long, IReadOnlyList<IPAddress>, ResolveError>? WhenResolved, Action<long, ReadOnlyMemory<byte>>? WhenExchanged);
