using Kith.Wire;

namespace Kith.Overlay.Swarm;

/// <summary>
/// Whether a datagram of a member was meant for us. Each says to which address it was sent, and a recorded one that an outsider sends on to somebody else must not be answered. We know
/// the addresses that we are bound to; those that a NAT gives us the members tell, each time they answer.
/// </summary>
internal sealed class SealedFor
{
    /// <summary>Addresses that members see us at which are kept, the latest.</summary>
    public const int MaxLearned = 8;

    /// <summary>How long an answer may come after we sent to an address, milliseconds: at least this, at most twice as long.</summary>
    public const long AskedLifetime = 300_000;

    /// <summary>Addresses that we sent to, kept in each of two generations. To those beyond it we listen no better than to others.</summary>
    public const int MaxAsked = 8_192;

    private readonly List<Endpoint> _learned = [];
    private HashSet<Endpoint> _asked = [];
    private HashSet<Endpoint> _askedBefore = [];
    private readonly HashSet<ushort> _ports = [];
    private HashSet<Endpoint> _own = [];
    private long _turned = long.MinValue;

    /// <summary>Sets where we are bound: those addresses with our port.</summary>
    public void SetOwn(IEnumerable<Endpoint> own)
    {
        _own = [.. own];
        _learned.Clear();
    }

    /// <summary>A further port of ours.</summary>
    public void AddPort(ushort port) => _ports.Add(port);

    /// <summary>No more ours.</summary>
    public void RemovePort(ushort port) => _ports.Remove(port);

    /// <summary>We send to an address.</summary>
    public void Sent(long now, Endpoint to)
    {
        Turn(now);
        if (_asked.Count < MaxAsked)
            _asked.Add(to);
    }

    /// <summary>Whether we have sent there lately.</summary>
    public bool WasAsked(long now, Endpoint from)
    {
        Turn(now);
        return _asked.Contains(from) || _askedBefore.Contains(from);
    }

    /// <summary>Whether a datagram is for us.</summary>
    /// <param name="from">Where it says that it comes from.</param>
    /// <param name="to">Where its maker says that it sent it.</param>
    /// <param name="wasAsked">Whether we have sent to <paramref name="from"/> lately.</param>
    public bool IsForUs(Endpoint from, Endpoint to, bool wasAsked)
    {
        if (_own.Contains(to) || _learned.Exists(to.SameAddress) || (_ports.Contains(to.Port) && _own.Any(to.SameAddress)))
            return true;
        // Not an answer, or one of our own datagrams sent back.
        if (!wasAsked || to == from)
            return false;
        // Who shares an address with us is told apart by the port alone, so such an address is not learned.
        if (!_own.Any(to.SameAddress))
        {
            if (_learned.Count == MaxLearned)
                _learned.RemoveAt(0);
            _learned.Add(to);
        }

        return true;
    }

    private void Turn(long now)
    {
        if (_turned != long.MinValue && now - _turned < AskedLifetime)
            return;
        (_askedBefore, _asked) = (_asked, _askedBefore);
        _asked.Clear();
        _turned = now;
    }
}
