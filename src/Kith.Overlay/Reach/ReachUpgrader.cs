using System.Threading.Channels;
using Kith.Crypto;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>
/// Looks after one session for as long as it lives: while its path is a relay or a tunnel, calls and punches again and again until it is direct; when a network changes, calls with the new addresses. What is
/// found becomes a path of the session, which moves there by itself, so that nothing is lost or repeated.
/// </summary>
internal sealed class ReachUpgrader
{
    /// <summary>How long a relay stays after the session went direct: until then there is a way back.</summary>
    public static readonly TimeSpan CircuitGrace = TimeSpan.FromSeconds(10);

    /// <summary>The side that was called leaves the first calls to the other.</summary>
    public static readonly TimeSpan ResponderDelay = TimeSpan.FromSeconds(2);

    /// <summary>A session that heard nothing for so long has lost its path: sessions keep theirs awake every 25 s at most.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(28);

    /// <summary>A direct path that does not answer may come back at once; so long it gets before a relay is asked for.</summary>
    public static readonly TimeSpan DirectDoubt = TimeSpan.FromSeconds(1);

    /// <summary>The side that was called leaves the first relay to the other.</summary>
    public static readonly TimeSpan ResponderDoubt = TimeSpan.FromMilliseconds(750);

    /// <summary>Between two circuits for a session that nothing comes from.</summary>
    private static readonly TimeSpan RescuePause = TimeSpan.FromSeconds(3);

    /// <summary>How often a direct path is looked at.</summary>
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(10);

    /// <summary>A session that asked its paths and heard something since is there.</summary>
    private static readonly TimeSpan AliveWithin = TimeSpan.FromSeconds(4);

    /// <summary>Addresses that a session asks about in one round.</summary>
    private const int MaxDirect = 8;

    // Between one call's end and the next; the last is the last.
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)];

    private readonly IOverlay _overlay;
    private readonly Circuits _circuits;
    private readonly TimeProvider _time;
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<long> _losses = Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile ReachAddresses _addresses;
    private volatile bool _isMoved;
    private long _movedAt; // by the clock's timestamps; what was heard before says nothing of now

    public ReachUpgrader(IUdpSession session, IOverlay overlay, ReachAddresses addresses, Circuits circuits, TimeProvider time)
    {
        (Session, _overlay, _addresses, _circuits, _time) = (session, overlay, addresses, circuits, time);
    }

    /// <summary>The session.</summary>
    public IUdpSession Session { get; }

    /// <summary>How the last call ended; null before.</summary>
    public ReachOutcome? LastOutcome { get; private set; }

    /// <summary>The other node may be elsewhere, or is introduced by others, from now on.</summary>
    public void SetAddresses(ReachAddresses addresses)
    {
        var known = _addresses;
        _addresses = addresses;
        // Both may have moved at once: then nothing but these leads to the other side.
        foreach (var endpoint in addresses.Direct.Except(known.Direct).Take(MaxDirect))
            Session.Probe(endpoint);
        if (Session.Path.Kind != PathKind.Direct || _isMoved)
            _wakes.Writer.TryWrite(true);
    }

    /// <summary>We are on other networks: the session asks its paths at once, and the other side is called so that its NAT lets us in where we are now.</summary>
    public void NetworkChanged()
    {
        Moved();
        Session.NetworkChanged();
        _wakes.Writer.TryWrite(true);
    }

    /// <summary>Runs until the session has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var watching = _overlay.Reach.Watch(Session.RemoteKey, Session.Probe);
        Session.PathChanged += Wake;
        Session.PathLost += Look;
        var closed = EndWithAsync(ending);
        var rescue = RescueAsync(ending.Token);
        try
        {
            if (!Session.IsInitiator)
                await WaitAsync(ResponderDelay, ending.Token).ConfigureAwait(false);
            while (!ending.IsCancellationRequested)
                await StepAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The session has ended, or we have.
        }
        finally
        {
            Session.PathChanged -= Wake;
            Session.PathLost -= Look;
            await ending.CancelAsync().ConfigureAwait(false);
            await rescue.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _circuits.Close();
            await closed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Wake() => _wakes.Writer.TryWrite(true);

    // No known path answers: the other side may have moved, or a NAT forgotten us.
    private void Look()
    {
        Moved();
        _wakes.Writer.TryWrite(true);
        _losses.Writer.TryWrite(_time.GetTimestamp());
    }

    // A relay that has died, most likely: another one carries the session on while everything else is tried beside.
    private async Task RescueAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var lostAt = await _losses.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var doubt = (Session.Path.Kind == PathKind.Direct ? DirectDoubt : TimeSpan.Zero) + (Session.IsInitiator ? TimeSpan.Zero : ResponderDoubt);
            await Task.Delay(doubt, _time, cancellationToken).ConfigureAwait(false);
            while (Session.Silence >= _time.GetElapsedTime(lostAt))
            {
                await _circuits.OpenAnotherAsync(_addresses.Via, Session.Probe, cancellationToken).ConfigureAwait(false);
                await Task.Delay(RescuePause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task EndWithAsync(CancellationTokenSource ending)
    {
        var over = Task.Delay(Timeout.InfiniteTimeSpan, _time, ending.Token);
        await Task.WhenAny(Session.Closed, over).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await over.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (IsGood())
        {
            if (!_circuits.Any)
            {
                await WaitAsync(LookAfter, cancellationToken).ConfigureAwait(false);
                return;
            }

            await WaitAsync(CircuitGrace, cancellationToken).ConfigureAwait(false);
            if (IsGood())
                _circuits.Close();
            return;
        }

        for (var round = 0; !IsGood(); round++)
        {
            var wasWoken = await WaitAsync(Pauses[Math.Min(round, Pauses.Length - 1)], cancellationToken).ConfigureAwait(false);
            if (IsGood())
                return;
            if (wasWoken)
                round = 0;
            await TryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsGood() => !_isMoved && Session.Path.Kind == PathKind.Direct && Session.Silence < SilenceLimit;

    private bool IsAlive() => Session.Silence is var silence && silence < AliveWithin && silence < _time.GetElapsedTime(Interlocked.Read(ref _movedAt));

    private void Moved()
    {
        Interlocked.Exchange(ref _movedAt, _time.GetTimestamp());
        _isMoved = true;
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        var addresses = _addresses;
        foreach (var endpoint in addresses.Direct.Take(MaxDirect))
            Session.Probe(endpoint);
        if (addresses.Via.Count == 0)
        {
            if (IsAlive())
                _isMoved = false;
            return;
        }

        LastOutcome = await _overlay.Reach.CallAsync(Session.RemoteKey, addresses.Via, Session.Probe, cancellationToken).ConfigureAwait(false);
        // Heard at a new place, or still heard at the old: the move is over.
        if (LastOutcome.Result == ReachResult.Direct || IsAlive())
            _isMoved = false;
        // Roaming: the session may have nothing left but a relay, and its circuit's address was of the old network.
        else if (Session.Silence >= SilenceLimit && !_circuits.Any)
            await _circuits.OpenAsync(addresses.Via, Session.Probe, cancellationToken).ConfigureAwait(false);
    }

    // True when something happened before the time was over.
    private async Task<bool> WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time == TimeSpan.Zero)
            return false;
        using var timeout = new CancellationTokenSource(time, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _wakes.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
