using Kith.Crypto;
using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>
/// One attempt to make a session with a node in every way at once: its addresses, a call through its introducers with the punch that follows, and a relay where both agreed. The first that
/// answers makes the session; the rest are candidates for it to move to.
/// </summary>
internal sealed class ReachAttempt : IDisposable
{
    /// <summary>The head start of an address over the next.</summary>
    public static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(30);

    /// <summary>Candidates of one attempt; further ones are left out.</summary>
    private const int MaxCandidates = 24;

    /// <summary>How long a candidate is called before its silence counts.</summary>
    private static readonly TimeSpan Chance = TimeSpan.FromSeconds(2);

    private readonly IReachDialer _dialer;
    private readonly IOverlay _overlay;
    private readonly X25519PublicKey? _key;
    private readonly ReachAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _candidate = new(0);
    private readonly Lock _gate = new(); // guards what follows
    private readonly List<(Endpoint At, long Since, bool IsSecond)> _candidates = [];
    private IReachDial? _dial;
    private ReachOutcome? _outcome;
    private bool _isOver;

    public ReachAttempt(IReachDialer dialer, IOverlay overlay, X25519PublicKey? key, ReachAddresses addresses, Circuits circuits, TimeProvider time)
    {
        (_dialer, _overlay, _key, _addresses, Circuits, _time) = (dialer, overlay, key, addresses, circuits, time);
    }

    /// <summary>The relays' circuits: of the session's once there is one.</summary>
    public Circuits Circuits { get; }

    /// <summary>Runs it.</summary>
    /// <exception cref="SessionException">Nothing came of it: why, in plain words.</exception>
    public async Task<IUdpSession> RunAsync(CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ways = WaysAsync(over.Token);
        SessionException? failure = null;
        try
        {
            while (true)
            {
                // There is nothing to dial before there is a candidate, and nothing more to wait for when all ways have come to their end.
                var candidate = _candidate.WaitAsync(over.Token);
                await Task.WhenAny(candidate, ways).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (!candidate.IsCompletedSuccessfully)
                    throw Why(failure);
                try
                {
                    return await DialAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (SessionException error)
                {
                    // None of those that there were; a punch that takes longer may bring another.
                    failure = error;
                    Forget();
                }
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await ways.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _candidate.Dispose();
        }
    }

    private async Task<IUdpSession> DialAsync(CancellationToken cancellationToken)
    {
        var dial = _dialer.Dial(_key);
        await using (dial.ConfigureAwait(false))
        {
            lock (_gate)
            {
                _dial = dial;
                foreach (var (endpoint, _, _) in _candidates)
                    dial.Try(endpoint);
            }

            try
            {
                return await dial.Session.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                lock (_gate)
                    _dial = null;
            }
        }
    }

    // What turned up while the last call was ending has not had its chance, and gets one more.
    private void Forget()
    {
        lock (_gate)
        {
            _candidates.RemoveAll(candidate => candidate.IsSecond || _time.GetElapsedTime(candidate.Since) >= Chance);
            for (var i = 0; i < _candidates.Count; i++)
                _candidates[i] = _candidates[i] with { IsSecond = true };
            if (_candidates.Count > 0 && _candidate.CurrentCount == 0)
                _candidate.Release();
        }
    }

    private void Try(Endpoint endpoint)
    {
        lock (_gate)
        {
            // What the punch tells when the session stands already comes too late for the call.
            if (_isOver || _candidates.Exists(candidate => candidate.At == endpoint) || _candidates.Count >= MaxCandidates)
                return;
            _candidates.Add((endpoint, _time.GetTimestamp(), false));
            if (_dial is { } dial)
                dial.Try(endpoint);
            else if (_candidate.CurrentCount == 0)
                _candidate.Release();
        }
    }

    private Task WaysAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(TryAddressesAsync(cancellationToken), CallAsync(cancellationToken), Circuits.OpenAsync(_addresses.Via, Try, cancellationToken));

    private async Task TryAddressesAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in _addresses.Direct)
        {
            Try(endpoint);
            await Task.Delay(Stagger, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return;
        }
    }

    private async Task CallAsync(CancellationToken cancellationToken)
    {
        if (_key is not { } key || _addresses.Via.Count == 0)
            return;
        try
        {
            _outcome = await _overlay.Reach.CallAsync(key, _addresses.Via, Try, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // There is a session, or nobody waits for one.
        }
    }

    private SessionException Why(SessionException? failure)
    {
        // Who answered and refused says more than who did not.
        if (failure is not null && failure.Close.Code != SessionErrorCode.Unreachable && failure.Close.Code != SessionErrorCode.HandshakeTimedOut)
            return failure;
        var reason = _outcome is { } outcome ? outcome.Sentence : failure?.Close.Reason ?? "there is no address to try";
        if (_outcome is not null && Circuits.Refusal != RelayRefusal.None)
            reason += $"; no relay: {Circuits.Refusal.Sentence()}";
        return new SessionException(SessionErrorCode.Unreachable, reason, failure);
    }
}
