using System.Net;
using Kith.Crypto;

namespace Kith.Transport.Tor;

/// <summary>
/// Tor for one node (docs/protocol/tor.md): starts it, or uses one that runs; watches it, and starts it again when it ends; keeps the node's onion services and its keys for the services of others there
/// through all of that. What it does is in <see cref="State"/>. For several threads.
/// </summary>
public sealed partial class TorRun : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly IRandom _random;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _toApply = new(0, 1);
    private readonly Lock _gate = new(); // guards everything below
    private readonly List<OnionService> _services = [];
    private readonly Dictionary<OnionAddress, ClientKey> _clientKeys = [];
    private TorOptions _options;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _renewal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TorState _state = TorState.Stopped;
    private EndPoint? _socks;
    private Task? _running;
    private int? _processId;
    private TaskCompletionSource? _toLookAgain; // there is one while Tor is to be made to forget; completes when it has
    private long? _lookedAgainAt;
    private int _lookedAgain; // times in a row, each soon after the other

    /// <param name="options">How it is run.</param>
    /// <param name="time">The clock of timeouts and waits.</param>
    /// <param name="random">Draws nonces.</param>
    public TorRun(TorOptions options, TimeProvider time, IRandom random)
    {
        _options = options;
        _time = time;
        _random = random;
    }

    /// <summary>Raised after <see cref="State"/> changed, on any thread: do not block there.</summary>
    public event Action? StateChanged;

    /// <summary>What Tor does now.</summary>
    public TorState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>The node's onion services.</summary>
    public IReadOnlyList<OnionService> Services
    {
        get
        {
            lock (_gate)
                return [.. _services];
        }
    }

    /// <summary>The id of the tor that we started; null when there is none.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_gate)
                return _processId;
        }
    }

    /// <summary>Begins. Once.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_running is not null)
                throw new InvalidOperationException("Tor is run already");
            _running = Task.Run(RunAsync);
        }
    }

    /// <summary>Tries at once what would be tried later: Tor was installed, or the network is back.</summary>
    public void Retry()
    {
        TaskCompletionSource hurry;
        lock (_gate)
            (hurry, _hurry) = (_hurry, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        hurry.TrySetResult();
    }

    /// <summary>
    /// Goes by other bridges from now on. A tor of ours is ended and started again at once, since one that runs would keep the connections that it has; what it was told it is told again. Lines that Tor cannot go by are said
    /// in <see cref="State"/>, and it is not started. Those that it goes by already change nothing.
    /// </summary>
    public void SetBridges(IReadOnlyList<string> bridges)
    {
        TaskCompletionSource renewal;
        lock (_gate)
        {
            if (_options.Bridges.SequenceEqual(bridges, StringComparer.Ordinal))
                return;
            _options = _options with { Bridges = bridges };
            (renewal, _renewal) = (_renewal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        renewal.TrySetResult();
    }

    /// <summary>Looks whether Tor could go by these bridges: whether the programs of their transports are there, and what Tor itself says of them, where it is installed.</summary>
    /// <returns>What is wrong first; null when nothing is.</returns>
    public Task<BridgeFault?> FindFaultAsync(IReadOnlyList<string> bridges, CancellationToken cancellationToken = default)
    {
        TorOptions options;
        lock (_gate)
            options = _options;
        return BridgeCheck.FindFaultAsync(options, bridges, _time, cancellationToken);
    }

    /// <summary>Adds an onion service. Tor is told of it as soon as it is there.</summary>
    /// <param name="key">Its key, which the caller keeps; a copy is taken.</param>
    /// <param name="port">The port that others call.</param>
    /// <param name="target">Where connections go: a listener of <see cref="TorCarrier"/>, on loopback.</param>
    /// <param name="clients">Whom it lets in; empty lets everybody in, null nobody: it is closed.</param>
    /// <exception cref="ArgumentException">More clients than <see cref="TorLimits.MaxClients"/>, or there is a service with this key.</exception>
    /// <exception cref="InvalidOperationException">More services than <see cref="TorLimits.MaxServices"/>.</exception>
    public OnionService Serve(Ed25519PrivateKey key, int port, IPEndPoint target, IReadOnlyCollection<X25519PublicKey>? clients) => Serve(key, [(port, target)], clients);

    /// <summary>The same with several ports, the first of them the one that others are told of.</summary>
    internal OnionService Serve(Ed25519PrivateKey key, IReadOnlyList<(int Port, IPEndPoint Target)> ports, IReadOnlyCollection<X25519PublicKey>? clients)
    {
        // Nobody tells those of that while Tor is not there.
        foreach (var over in Services.Where(static one => one.IsOver))
            Drop(over);
        var service = new OnionService(this, key, ports, clients);
        lock (_gate)
        {
            // One that was disposed of and that Tor still has, perhaps under the same key, stands before this one, and so Tor is told first that it goes.
            if (_services.Count(static one => !one.IsGone) >= TorLimits.MaxServices || _services.Count >= 2 * TorLimits.MaxServices)
                throw new InvalidOperationException("too many onion services");
            if (_services.Exists(other => other.Service == service.Service && !other.IsGone))
                throw new ArgumentException("there is an onion service with this key", nameof(key));
            _services.Add(service);
        }

        Apply();
        return service;
    }

    /// <summary>Sets the key with which somebody else's service lets us in; null forgets it. A copy is taken. Nothing is done beyond <see cref="TorLimits.MaxClientKeys"/>.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool SetClientKey(OnionAddress service, X25519PrivateKey? key)
    {
        lock (_gate)
        {
            var known = _clientKeys.GetValueOrDefault(service);
            if (key is null ? known is null : known?.Key is { } old && ConstantTime.Equals(old.Value, key.Value))
                return true;
            if (key is not null && known is null && _clientKeys.Count >= TorLimits.MaxClientKeys)
                return false;
            known?.Key?.Dispose();
            // Who waits for the other one sees this one.
            known?.Told.TrySetResult();
            _clientKeys[service] = new ClientKey(key is null ? null : X25519PrivateKey.FromBytes(key.Value));
        }

        Apply();
        return true;
    }

    /// <summary>Sets the key for a service and waits until Tor has it, for a call that needs it.</summary>
    /// <exception cref="TorException">There is no room for more keys.</exception>
    internal async Task SetClientKeyAsync(OnionAddress service, X25519PrivateKey key, CancellationToken cancellationToken)
    {
        if (!SetClientKey(service, key))
            throw new TorException("there are keys for too many onion services already");
        while (true)
        {
            Task told;
            lock (_gate)
            {
                if (_clientKeys.GetValueOrDefault(service) is not { IsApplied: false } waiting)
                    return;
                told = waiting.Told.Task;
            }

            await told.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until Tor can be used.</summary>
    public async Task WaitReadyAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_state.IsReady)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends Tor, when it is ours, and everything that was told to it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task? running;
        lock (_gate)
            running = _running;
        if (running is not null)
            await running.ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var key in _clientKeys.Values)
                key.Key?.Dispose();
            _clientKeys.Clear();
        }

        foreach (var service in Services)
            service.Erase();
    }

    /// <summary>Where connections through Tor are asked for; null while it cannot be used.</summary>
    internal EndPoint? Socks
    {
        get
        {
            lock (_gate)
                return _state.IsReady ? _socks : null;
        }
    }

    /// <summary>There is something to tell Tor.</summary>
    internal void Apply()
    {
        lock (_gate)
        {
            if (_toApply.CurrentCount == 0)
                _toApply.Release();
        }
    }

    /// <summary>
    /// Tor did not find a service. It asks no directory twice in 15 minutes (hsdir requery period): a contact who comes back, or whose service was published anew, would not be found for so long. So it is made
    /// to forget that, now and then.
    /// </summary>
    internal void LookAgain() => _ = AskToLookAgain();

    /// <summary>As <see cref="LookAgain"/>, and waits until Tor has forgotten.</summary>
    /// <returns>False when it was made to only just now, and is not again.</returns>
    internal async Task<bool> LookAgainAsync(CancellationToken cancellationToken)
    {
        if (AskToLookAgain() is not { } forgotten)
            return false;
        await forgotten.WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private Task? AskToLookAgain()
    {
        Task? forgotten;
        lock (_gate)
        {
            // Whoever made Tor forget, we or another of its users, made it forget keys that are not on its disk.
            TellKeysAgain();
            var since = _lookedAgainAt is { } at ? _time.GetElapsedTime(at) : TimeSpan.MaxValue;
            if (since >= TorLimits.LookAgainInterval)
                _lookedAgain = 0;
            // Somebody who has just come, or whose service lets us in since a moment ago, is found soon; who stays away is not asked for all the time.
            if (since >= (_lookedAgain < TorLimits.LooksAtFirst ? TorLimits.LookAgainSoon : TorLimits.LookAgainInterval))
            {
                _lookedAgain++;
                _lookedAgainAt = _time.GetTimestamp();
                _toLookAgain ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            forgotten = _toLookAgain?.Task;
        }

        Apply();
        return forgotten;
    }

    private void Show(TorState state) => Show(_ => state);

    private void Show(Func<TorState, TorState> change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            var state = change(_state);
            if (state == _state)
                return;
            _state = state;
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.TrySetResult();
        StateChanged?.Invoke();
    }

    private sealed class ClientKey(X25519PrivateKey? key)
    {
        /// <summary>Null: to be forgotten.</summary>
        public X25519PrivateKey? Key { get; } = key;

        public bool IsApplied { get; set; }

        /// <summary>Completes when Tor has been told.</summary>
        public TaskCompletionSource Told { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
