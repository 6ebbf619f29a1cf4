using System.Collections.Concurrent;

namespace Kith.Transport;

/// <summary>Takes sessions over that somebody makes for something else than talking to a peer.</summary>
public interface ISessionTaker
{
    /// <summary>Takes a session by the first stream that its initiator opened: from then on both are the taker's, who closes them. False, and both stay the caller's, when there is no room.</summary>
    bool TryTake(ISession session, IStream first);
}

/// <summary>Which session is for whom, by the kind of the first stream on it. Whoever accepts sessions asks here before it refuses a stream of a kind that it does not know. For several threads.</summary>
public sealed class SessionTakers
{
    private readonly ConcurrentDictionary<StreamKind, ISessionTaker> _takers = new();

    /// <summary>Sets who takes sessions that begin with a stream of this kind; null for nobody.</summary>
    public void Register(StreamKind kind, ISessionTaker? taker)
    {
        if (taker is null)
            _takers.TryRemove(kind, out _);
        else
            _takers[kind] = taker;
    }

    /// <summary>Hands a session over; false when nobody takes it.</summary>
    public bool TryTake(ISession session, IStream first) => _takers.TryGetValue(first.Kind, out var taker) && taker.TryTake(session, first);
}
