using Kith.Crypto;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>Paths: which there are, which is used, how they prove themselves, and what follows when one dies (RFC 9000 sections 8 and 9).</summary>
internal sealed partial class ConnectionCore
{
    /// <summary>Probe timeouts in a row after which a path counts as dead while another may live.</summary>
    private const int DeadPathTimeouts = 3;

    /// <summary>A challenge without padding, more or less, bytes: what goes to an address from which little came.</summary>
    private const int LeastProbe = 64;

    private readonly List<ConnectionPath> _paths = [];
    private readonly Queue<(Endpoint To, ulong Data)> _pathResponses = new();

    private ConnectionPath? _active;
    private ConnectionPath? _previous; // validated, used before a move that is not yet proved
    private bool _isPathLost;

    /// <summary>Where packets go; of a connection that is not open, nowhere.</summary>
    public Endpoint Path => _active?.Endpoint ?? default;

    /// <summary>The paths known, the one in use among them.</summary>
    public IReadOnlyList<PathView> Paths => _paths.ConvertAll(path =>
        new PathView(path.Endpoint, path == _active, path.IsValidated, path.Recovery.Smoothed, path.Recovery.DatagramSize));

    /// <summary>Asks whether the other side receives there, for up to <see cref="ConnectionLimits.ValidationTimeout"/>: a NAT may open late. The effects say when it does.</summary>
    public void Probe(TimeSpan now, Endpoint candidate)
    {
        if (State != ConnectionState.Open || AddPath(candidate) is not { } path)
            return;
        path.IsWanted = true;
        path.StartProbing(now);
    }

    /// <summary>Sends everything there from now on. Nothing unless the path has proved itself; at the responder, which follows, nothing either.</summary>
    public void Migrate(TimeSpan now, Endpoint to)
    {
        if (State == ConnectionState.Open && IsInitiator && FindPath(to) is { IsValidated: true } path && path != _active)
            Activate(now, path);
    }

    private ConnectionPath? FindPath(Endpoint endpoint)
    {
        foreach (var path in _paths)
        {
            if (path.Endpoint == endpoint)
                return path;
        }

        return null;
    }

    private ConnectionPath? AddPath(Endpoint endpoint)
    {
        if (FindPath(endpoint) is { } known)
            return known;
        if (_paths.Count >= ConnectionLimits.MaxPaths && !MakeRoom())
            return null;
        var limit = (int)Math.Min((ulong)Math.Min(_options.DatagramLimit(endpoint), ConnectionLimits.MaxDatagram), _remoteParameters!.MaxDatagram);
        var path = new ConnectionPath(endpoint, Math.Max(limit, ConnectionLimits.MinInitialDatagram)) { RemoteId = _remoteIds.Take() };
        _paths.Add(path);
        return path;
    }

    // The one heard from longest ago, not in use; one that proved itself before one that did not.
    private bool MakeRoom()
    {
        ConnectionPath? least = null;
        foreach (var path in _paths)
        {
            if (path == _active || path == _previous)
                continue;
            if (least is null || (path.IsValidated, path.LastReceived ?? TimeSpan.MinValue).CompareTo((least.IsValidated, least.LastReceived ?? TimeSpan.MinValue)) < 0)
                least = path;
        }

        if (least is not null)
            RemovePath(least);
        return least is not null;
    }

    private void RemovePath(ConnectionPath path)
    {
        _paths.Remove(path);
        ForgetPackets(path);
        if (_previous == path)
            _previous = null;
        if (_paths.TrueForAll(other => other.RemoteId.Sequence != path.RemoteId.Sequence))
            _remoteIds.Retire(path.RemoteId.Sequence);
        UnwatchRetired();
    }

    // What came from where. An address that is not known becomes a path: it is authentic.
    private ConnectionPath? NotePath(TimeSpan now, Endpoint from, int bytes)
    {
        var path = FindPath(from);
        if (path is null)
        {
            path = AddPath(from);
            if (path is null)
                return null;
            path.StartProbing(now);
        }

        path.BytesReceived += bytes;
        path.LastReceived = now;
        return path;
    }

    // RFC 9000 section 9.3: the responder sends where the other side now sends from, and asks at once whether it really is there.
    private void Follow(TimeSpan now, ConnectionPath? path, ConnectionEffects effects)
    {
        if (IsInitiator || path is null || path == _active)
            return;
        if (_active is { IsValidated: true })
            _previous = _active;
        if (!path.IsValidated)
            path.StartProbing(now);
        if (_previous is not null)
            _previous.StartProbing(now); // section 9.3.3: whoever copied a packet to another address loses against the true path
        Activate(now, path);
        effects.PathChanged = true;
    }

    private void Activate(TimeSpan now, ConnectionPath path)
    {
        _previous = _active is { IsValidated: true } last && last != path ? last : _previous == path ? null : _previous;
        _active = path;
        _isPathLost = false;
        path.Recovery.Timeouts = 0;
        LoseOtherPaths();
        _pingDue = true; // the other side learns of it at once
        _receivedPackets.Hurry(now);
    }

    private void HandleChallenge(ConnectionPath? path, ulong data)
    {
        if (path is not null && _pathResponses.Count < ConnectionLimits.MaxPendingResponses)
            _pathResponses.Enqueue((path.Endpoint, data));
    }

    // RFC 9000 section 8.2.3: an answer may come by any path; it proves the one that the challenge went to.
    private void HandlePathResponse(TimeSpan now, ulong data, ConnectionEffects effects)
    {
        foreach (var path in _paths)
        {
            foreach (var (sent, at) in path.Challenges)
            {
                if (sent != data)
                    continue;
                Validate(now, path, at, effects);
                return;
            }
        }
    }

    private void Validate(TimeSpan now, ConnectionPath path, TimeSpan challengedAt, ConnectionEffects effects)
    {
        if (path.Recovery.Smoothed is null)
            path.Recovery.Sample(now, challengedAt, TimeSpan.Zero);
        path.Challenges.Clear();
        if (path.IsProbing)
        {
            path.IsProbing = false;
            // The other side's NAT may have opened just now: a few more, so that it sees the path too.
            path.ChallengesLeft = path == _active ? 0 : ConnectionLimits.ChallengesAfterFirst;
            path.NextChallenge = now + ConnectionLimits.FirstChallengeWait;
        }

        path.Recovery.Timeouts = 0;
        if (!path.IsValidated)
        {
            path.IsValidated = true;
            effects.Validate(path.Endpoint);
        }

        if (path == _active)
            _previous = _previous == path ? null : _previous;
        else if (_isPathLost || _active is { Recovery.Timeouts: >= DeadPathTimeouts })
            SwitchTo(now, path, effects);
    }

    // The path in use does not answer: the best of those that proved themselves takes its place; without one the host must find others.
    private void ReplaceActive(TimeSpan now, ConnectionEffects effects)
    {
        ConnectionPath? best = null;
        foreach (var path in _paths)
        {
            if (path == _active || !path.IsValidated)
                continue;
            path.StartProbing(now);
            if (path.Recovery.Timeouts < DeadPathTimeouts && (best is null || path == _previous || (best != _previous && Latency(path) < Latency(best))))
                best = path;
        }

        if (best is not null)
        {
            best.IsProbing = false;
            SwitchTo(now, best, effects);
            return;
        }

        _active!.StartProbing(now);
        if (_isPathLost)
            return;
        _isPathLost = true;
        effects.PathLost = true;
    }

    private void SwitchTo(TimeSpan now, ConnectionPath path, ConnectionEffects effects)
    {
        var dead = _active;
        Activate(now, path);
        if (_previous == dead)
            _previous = null;
        effects.PathChanged = true;
    }

    private static TimeSpan Latency(ConnectionPath path) => path.Recovery.Rtt.Smoothed;

    private void TickPaths(TimeSpan now, ConnectionEffects effects)
    {
        for (var i = _paths.Count - 1; i >= 0; i--)
        {
            var path = _paths[i];
            if (!path.IsProbing || now < path.ProbeUntil)
                continue;
            path.IsProbing = false;
            path.Challenges.Clear();
            if (path == _active)
            {
                if (!path.IsValidated && _previous is { } back)
                {
                    SwitchTo(now, back, effects); // section 9.3.2
                    RemovePath(path);
                }
            }
            else
            {
                RemovePath(path);
            }
        }
    }

    private TimeSpan? PathDeadline()
    {
        TimeSpan? next = null;
        foreach (var path in _paths)
        {
            if (path.IsProbing)
                next = Earlier(next, Min(path.ProbeUntil, path.MaySend(LeastProbe) ? path.NextChallenge : path.ProbeUntil));
            else if (path.ChallengesLeft > 0)
                next = Earlier(next, path.NextChallenge);
        }

        return next;
    }

    private void OfferIds()
    {
        var wanted = (int)Math.Min(_remoteParameters!.ActiveIds, ConnectionLimits.ActiveIds);
        while (_ids.Count < wanted)
        {
            var (sequence, _) = _ids.Issue();
            _newIds.Enqueue(sequence);
        }
    }

    private ulong NextChallengeData() => _identity.Random.NextUInt64();
}
