using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Wire;
using Kith.Mailbox.Asking;
using Kith.Overlay;
using Kith.Overlay.Host;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>
/// Runs drops: gives the cores of writing and reading, and the directory of holders, the time, calls and what holders answer, one thing at a time under one lock. Whoever brings something does
/// the work, since all of it is short; what follows outside (requests, searches, what is told to others) is done when the lock is free again. What is kept for others has a thread of its own.
/// </summary>
public sealed partial class MailboxHost : IMailbox
{
    /// <summary>At most so often the observer hears that something changed, milliseconds.</summary>
    private const long ChangedPause = 1_000;

    /// <summary>Turns given to cores that have something due at once, before others get the lock.</summary>
    private const int MaxTicksInARow = 16;

    /// <summary>The timer looks at least this often, milliseconds: so soon a wall clock that was set is noticed.</summary>
    private const long LongestSleep = 5_000;

    private readonly Lock _gate = new(); // guards the cores and every field below that changes
    private readonly MailboxParts _parts;
    private readonly HolderDirectory _directory;
    private readonly OnionPassers? _onions;
    private readonly Hearsay? _hearsay; // in the place of the directory, with those above
    private readonly HolderSessions _sessions;
    private readonly PassRoutes _routes;
    private readonly WriterCore _writer;
    private readonly ReaderCore _reader;
    private readonly CancellationTokenSource _stopping = new();
    private readonly OrderedCalls _outside;
    private readonly ITimer _timer;
    private long _armed = long.MaxValue;
    private readonly HostClock _clock;
    private long _now;
    private long _ahead; // of the wall clock
    private readonly long _startedAt;
    private bool _isReady;
    private bool _isDisposed;

    private MailboxHost(MailboxParts parts, long room)
    {
        _parts = parts;
        _outside = new OrderedCalls(_gate, Defect);
        _room = room;
        _clock = new HostClock(parts.Time);
        _startedAt = Now();
        _directory = new HolderDirectory(new World(this), parts.Random) { GreetsAll = parts.NeverStraight };
        if (parts.Onions is { } onions)
            (_onions, _hearsay) = (new OnionPassers(onions), new Hearsay(new WorldOfHearsay(this)));
        _sessions = new HolderSessions(parts.Dialer, Answered, holder => Run(now => SessionFailed(now, holder)), Defect, parts.Time, _onions);
        _routes = MakeRoutes();
        var relay = new Relay(this);
        _writer = new WriterCore(
            new HoldersFor(this, (now, ticket, answer, failure) => _writer!.Answered(now, ticket, answer, failure), (now, address, found) => _writer!.Found(now, address, found)), relay, parts.Random)
        {
            MostBytes = () => parts.NeverStraight() ? ClientLimits.ChainPutBytes : WireLimits.MaxPutBytes,
        };
        _reader = new ReaderCore(
            new HoldersFor(this, (now, ticket, answer, failure) => _reader!.Answered(now, ticket, answer, failure), (now, address, found) => _reader!.Found(now, address, found)), relay, parts.Random);
        _timer = parts.Time.CreateTimer(static host => ((MailboxHost)host!).TimerCame(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts it.</summary>
    /// <param name="parts">What it works with.</param>
    /// <param name="room">Room offered to others, bytes; 0 for none.</param>
    public static MailboxHost Start(MailboxParts parts, long room)
    {
        var host = new MailboxHost(parts, room);
        host.OpenHolding();
        host.OverlayChanged();
        return host;
    }

    /// <inheritdoc/>
    public MailboxView View
    {
        get
        {
            lock (_gate)
                return Draw();
        }
    }

    /// <summary>What the overlay sees is something else: whether there is anybody to ask, and where we are. Tell it when the overlay's observer is told.</summary>
    public void OverlayChanged()
    {
        if (_parts.Overlay?.View is not { } view)
        {
            Run(static _ => { });
            return;
        }

        var networks = _parts.Networks();
        Run(now =>
        {
            _networks = networks;
            var isReady = view.Nodes > 0;
            if (isReady && !_isReady)
                Begin(now);
            _isReady = isReady;
            Place(now, view);
        });
    }

    /// <summary>The network is another one: sessions are made anew, and everything is looked for there.</summary>
    public void NetworkChanged()
    {
        _sessions.NetworkChanged();
        Run(now => _isReady = false);
        OverlayChanged();
        Run(now =>
        {
            _routes.NetworkChanged(now);
            _writer.NetworkChanged();
            _reader.NetworkChanged(now);
        });
    }

    // There is somebody to ask. Whoever looked before found nobody, and would look again only after a pause.
    private void Begin(long now)
    {
        _directory.Ready(now);
        // For a place that is nobody's, so that whether there are holders is known before anything has to be left with them.
        _directory.Find(now, BoxAddress.FromBytes(_parts.Random.NextBytes(BoxAddress.Size)), MailboxLimits.Asked, static (_, _) => { });
        if (now - _startedAt < DirectoryLimits.SearchPatience)
            return;
        _writer.NetworkChanged();
        _reader.NetworkChanged(now);
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

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        // Side by side: whoever has gone without a word is waited for a moment by each.
        var holding = CloseHoldingAsync().AsTask();
        await _sessions.DisposeAsync().ConfigureAwait(false);
        await holding.ConfigureAwait(false);
        await _searches.WhenIdleAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Does something with the cores; nothing once it is disposed.</summary>
    internal void Run(Action<long> work)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            try
            {
                NoticeClock(Now());
                NoticeOnions(Now());
                NoticeHiding(Now());
                work(Now());
                FollowUp();
            }
            catch (Exception error)
            {
                // A defect of ours: one answer or call is lost for it, not the node, and not what is due.
                Defect(error);
                Arm(LongestSleep);
            }
        }

        _outside.Tell();
    }

    // Unix milliseconds, never less than before, whatever is done to the wall clock. With the gate held.
    private long Now() => _now = _clock.Now();

    // With the gate held.
    private void NoticeClock(long now)
    {
        var ahead = _clock.Ahead(now, _ahead);
        if (ahead == _ahead)
            return;
        _ahead = ahead;
        _writer.WallAhead = ahead;
        _reader.SetClock(now, ahead);
    }

    // With the gate held, after whatever was done.
    private void FollowUp()
    {
        var now = Now();
        for (var turns = 0; turns < MaxTicksInARow && NextDeadline <= now; turns++)
            Tick(now);
        NoticeChanges(now);
        var next = Math.Min(NextDeadline, now + LongestSleep);
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

    private void Defect(Exception error) => _parts.Log?.WriteLine($"mailbox: {error}");

    // It may come a little early, by the system's coarse clock: it is armed anew whenever it has come.
    private void TimerCame() => Run(_ => _armed = long.MaxValue);

    // Whatever a request to a holder brings, on a thread of its session's.
    private void Answered(HolderRequest request, HolderAnswer? answer, AskFailure failure)
    {
        if (request.IsFree)
            request.Answered(0, answer, failure);
        else
            Run(now => request.Answered(now, answer, failure));
    }
}
