using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Overlay.Host;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <summary>
/// Runs forwarding over real sessions: gives <see cref="ForwardingNode"/> the time, datagrams and frames, one thing at a time under one lock. Whoever brings something does the work; what follows outside is done when the lock is free
/// again. For several threads.
/// </summary>
public sealed partial class ForwardingHost : IForwarding, ISessionTaker
{
    private const long LongestSleep = 5_000;
    private const int MaxTicksInARow = 16;

    /// <summary>Further than this from the wall clock it is put right, milliseconds.</summary>
    private const long MostApart = 10_000;

    private readonly Lock _gate = new(); // guards the node and every field below that changes
    private readonly ForwardingParts _parts;
    private readonly ForwardingKeys _keys;
    private readonly ForwardingNode _node;
    private readonly PacketSessions _sessions;
    private readonly CancellationTokenSource _stopping = new();
    private readonly OrderedCalls _outside;
    private readonly ITimer _timer;
    private long _begin;
    private readonly long _ticks;
    private long _armed = long.MaxValue;
    private long _checkAt;
    private readonly bool _isOnionOnly;
    private int _kept;
    private bool _isDisposed;

    private ForwardingHost(ForwardingParts parts)
    {
        _parts = parts;
        _outside = new OrderedCalls(_gate, Defect);
        _begin = parts.Time.GetUtcNow().ToUnixTimeMilliseconds();
        _ticks = parts.Time.GetTimestamp();
        _networks = parts.Networks();
        _keys = new ForwardingKeys(parts.Store, parts.Random, _begin);
        _sessions = new PacketSessions(parts.Dialer, Arrived, Defect, parts.Time);
        _isOnionOnly = parts.OnionEntries is not null;
        _node = new ForwardingNode(new World(this), _keys, parts.Options with { Forwards = false }, parts.Random);
        _node.Book.Own = parts.Key.PublicKey;
        _node.Book.Former = parts.Former;
        _timer = parts.Time.CreateTimer(static host => ((ForwardingHost)host!).Run(static (one, _) => one._armed = long.MaxValue), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts it.</summary>
    public static ForwardingHost Start(ForwardingParts parts)
    {
        var host = new ForwardingHost(parts);
        if (parts.OnionEntries is { } entries)
        {
            // Nobody is served: whoever calls the person's onion service finds a person there, and nothing else. Before any guard of an earlier run is called.
            host.Run((one, now) =>
            {
                one._node.UseOnionsAlone(now, entries);
                one._node.Meetings.Restore(now, parts.Saved);
            });
            return host;
        }

        host.Run((one, now) => one._node.Meetings.Restore(now, parts.Saved));
        parts.Takers.Register(Service.ServiceFrame.StreamKind, host);
        host.OverlayChanged();
        return host;
    }

    /// <inheritdoc/>
    public ForwardingView View
    {
        get
        {
            lock (_gate)
            {
                var view = _node.Book.View(Now());
                return new ForwardingView(
                    view.Count, _node.Guards.Live.Count, _own is not null, _node.Forwarder.Counts.Forwarded, _node.Forwarder.Counts.AllRefused, _node.Server.Count,
                    _node.Sending.Counters.Packets, _node.Sending.Count, _node.Sending.RoundTrip.Smoothed, view.Count(static one => one.Descriptor.Onion is not null));
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<OnionEntry> OnionEntries
    {
        get
        {
            lock (_gate)
                return _node.Onions.Entries;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<OnionNode> OnionNodes
    {
        get
        {
            lock (_gate)
            {
                var known = _node.Book.View(Now()).Where(static one => one.Descriptor.Onion is not null).Select(static one => new OnionNode(one.Descriptor.Onion!.Value, one.Descriptor.Key)).ToList();
                return [.. _node.Onions.Entries.Select(static entry => entry.At).Where(entry => !known.Exists(one => one.At == entry)).Select(static entry => new OnionNode(entry, null)), .. known];
            }
        }
    }

    /// <inheritdoc/>
    public void SetOnion(OnionPoint? onion) => Run((host, now) =>
    {
        host._onion = onion;
        host.Place(now);
    });

    /// <inheritdoc/>
    public void Offer(bool forwards) => Run((host, now) =>
    {
        host._offers = forwards;
        host.Place(now);
    });

    /// <inheritdoc/>
    public void SetPaths(int forwarders, int meanDelay) => Run((host, _) => host._node.SetPaths(forwarders, meanDelay));

    /// <inheritdoc/>
    public void SetCover(int loops, int dummies) => Run((host, now) => host._node.Cover.Set(now, loops, dummies));

    /// <inheritdoc/>
    public void Meet(MeetingForm form, IReadOnlyCollection<AccountId> contacts, bool sends) => Run((host, now) => host._node.Set(now, form, contacts, sends));

    /// <inheritdoc/>
    public IReadOnlyList<MeetingAddress> AddressesFor(AccountId contact)
    {
        lock (_gate)
            return _node.AddressesFor(Now(), contact);
    }

    /// <inheritdoc/>
    public void SetMeetings(AccountId contact, IReadOnlyList<MeetingAddress> meetings) => Run((host, now) => host._node.SetMeetings(now, contact, meetings));

    /// <inheritdoc/>
    public void SetContactNodes(IReadOnlyCollection<X25519PublicKey> keys, IReadOnlyCollection<Endpoint> endpoints) =>
        Run((host, _) => host._node.Chooser.SetContacts(keys, endpoints.Select(host._node.Book.GroupOf)));

    /// <inheritdoc/>
    public bool CanReach(AccountId contact)
    {
        lock (_gate)
            return _node.CanReach(Now(), contact);
    }

    /// <inheritdoc/>
    public MessageId? Send(AccountId contact, ReadOnlyMemory<byte> envelope)
    {
        MessageId? id = null;
        Run((host, now) => id = host._node.Send(now, contact, envelope));
        return id;
    }

    /// <inheritdoc/>
    public void Withdraw(MessageId id) => Run((host, now) => host._node.Sending.Withdraw(now, id));

    /// <inheritdoc/>
    public void Committed(AccountId from, MessageId id) => Run((host, now) => host._node.Committed(now, from, id));

    /// <inheritdoc/>
    public SavedForwarding Save()
    {
        lock (_gate)
            return _node.Meetings.Save();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _outside.Clear();
        }

        _parts.Takers.Register(Service.ServiceFrame.StreamKind, null);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        EndLinks();
        await _sessions.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_tasks.Keys).ConfigureAwait(false);
        await _parts.Dialer.DisposeAsync().ConfigureAwait(false);
        foreach (var key in _guardKeys.Values)
            key.Dispose();
        _keys.Dispose();
        _stopping.Dispose();
    }

    // Does something with the node; nothing once it is disposed.
    private void Run(Action<ForwardingHost, long> work)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            try
            {
                work(this, Now());
                FollowUp();
            }
            catch (Exception error)
            {
                // A defect of ours: one packet or call is lost for it, not the node, and not what is due.
                Defect(error);
                Arm(LongestSleep);
            }
        }

        _outside.Tell();
    }

    // Unix milliseconds that never go back. Ahead they go with the wall clock, as the even clock stands still while the machine sleeps. Of a clock that was set back the book knows, for epochs and descriptors go by it. With the gate held.
    private long Now()
    {
        var now = _begin + (long)_parts.Time.GetElapsedTime(_ticks).TotalMilliseconds;
        var ahead = _parts.Time.GetUtcNow().ToUnixTimeMilliseconds() - now;
        if (ahead >= MostApart)
        {
            _begin += ahead;
            (now, ahead) = (now + ahead, 0);
        }

        var behind = Math.Max(0, -ahead);
        if (Math.Abs(behind - _node.Book.Behind) >= MostApart)
            _node.Book.Behind = behind;
        return now;
    }

    // With the gate held, after whatever was done.
    private void FollowUp()
    {
        var now = Now();
        for (var turns = 0; turns < MaxTicksInARow && _node.NextDeadline <= now; turns++)
            _node.Tick(now);
        if (_checkAt <= now)
        {
            _checkAt = now + HostingLimits.MaintenancePause;
            Check(now);
        }

        if (_kept != _node.KeptVersion)
        {
            _kept = _node.KeptVersion;
            _outside.Enqueue(_parts.Observer.KeepChanged);
        }

        var next = Math.Min(_node.NextDeadline, now + LongestSleep);
        if (next >= _armed && _armed > now)
            return;
        _armed = next;
        Arm(Math.Max(1, next - now));
    }

    private void Arm(long pause)
    {
        if (!_isDisposed)
            _timer.Change(TimeSpan.FromMilliseconds(pause), Timeout.InfiniteTimeSpan);
    }

    private void Check(long now)
    {
        // Another epoch: the next one, or one before where the clock was set back.
        var wall = _node.Book.Wall(now);
        if (wall >= _keys.NextAt || wall < _keys.NextAt - ForwardingEpoch.Length)
            _keys.Advance(wall);
        Place(now);
        _outside.Enqueue(_sessions.Check);
    }

    private void Defect(Exception error) => _parts.Log?.WriteLine($"forwarding: {error}");
}
