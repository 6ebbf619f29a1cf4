using Kith.Messaging;
using Kith.Node.Loop;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Whose prekey bundles are needed, asked for on each new session and again after growing pauses until there is an answer. Belongs to the loop. What is sent is made
/// inside a transaction and leaves after its commit.
/// </summary>
internal sealed class BundleRequests(PeerSessions sessions, IPeerProtocol peers, Action<Action> afterCommit, TimeProvider time)
{
    private const long FirstPause = 5_000;
    private const long LongestPause = 300_000;

    private readonly Dictionary<AccountId, Wanted> _wanted = [];
    private readonly EvenClock _clock = new(time);
    private long? _next;

    /// <summary>When <see cref="Retry"/> has something to do (unix milliseconds), or null.</summary>
    public long? NextDeadline => _clock.Wall(_next);

    private long Now => _clock.Now();

    /// <summary>A bundle is needed. It is asked for at the next <see cref="Retry"/>.</summary>
    public void Need(AccountId peer)
    {
        _wanted[peer] = new Wanted();
        Schedule();
    }

    /// <summary>Nobody needs this peer's bundle any more.</summary>
    public void Forget(AccountId peer)
    {
        _wanted.Remove(peer);
        Schedule();
    }

    /// <summary>There is a session to a peer, maybe a better one: asks at once, inside the open transaction.</summary>
    public void OnPeerUp(AccountId peer)
    {
        if (_wanted.TryGetValue(peer, out var wanted))
        {
            wanted.Pause = FirstPause;
            Ask(peer, wanted);
            Schedule();
        }
    }

    /// <summary>Asks those whose pause is over, inside the open transaction.</summary>
    public void Retry()
    {
        var now = Now;
        foreach (var (peer, wanted) in _wanted.ToArray())
        {
            if (wanted.NextAt <= now)
                Ask(peer, wanted);
        }

        Schedule();
    }

    private void Ask(AccountId peer, Wanted wanted)
    {
        // Without a session nobody can be asked; the next one asks by itself.
        wanted.NextAt = long.MaxValue;
        if (sessions.Of(peer) is not { } session)
            return;
        if (peers.WriteBundleRequest(peer, session.HandshakeHash.Span) is not { } body)
        {
            _wanted.Remove(peer);
            return;
        }

        wanted.NextAt = Now + wanted.Pause;
        wanted.Pause = Math.Min(wanted.Pause * 2, LongestPause);
        afterCommit(() => session.TrySendBundleRequest(body));
    }

    private void Schedule()
    {
        _next = null;
        foreach (var wanted in _wanted.Values)
        {
            if (wanted.NextAt != long.MaxValue && (_next is null || wanted.NextAt < _next))
                _next = wanted.NextAt;
        }
    }

    private sealed class Wanted
    {
        /// <summary>By the even clock; the largest value while there is no session. At once to begin with.</summary>
        public long NextAt { get; set; }

        public long Pause { get; set; } = FirstPause;
    }
}
