using Kith.Overlay.Dht;

namespace Kith.Overlay.Host;

/// <summary>A call that searches the DHT: completes with what the search has brought when it ends, or when the overlay does.</summary>
/// <param name="begin">Begins the search on a core; called anew on the core that takes another's place.</param>
/// <param name="nothing">What there is without a search.</param>
internal sealed class PendingSearch<T>(Func<DhtCore, long, PendingSearch<T>, DhtLookup> begin, T nothing) : IPendingSearch
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DhtLookup? _lookup;

    /// <summary>Completes with the search.</summary>
    public Task<T> Task => _done.Task;

    /// <summary>What there is so far.</summary>
    public T Best { get; set; } = nothing;

    /// <inheritdoc/>
    public void Begin(OverlayCore core, long now) => _lookup = begin(core.Dht, now, this);

    /// <summary>It is over, and this came of it.</summary>
    public void End(T result) => _done.TrySetResult(result);

    /// <inheritdoc/>
    public void Stop() => _done.TrySetResult(Best);

    /// <inheritdoc/>
    public void Cancel(OverlayCore core, CancellationToken cancellationToken)
    {
        _done.TrySetCanceled(cancellationToken);
        if (_lookup is { IsFinished: false } lookup)
            core.Dht.Cancel(lookup);
    }
}

/// <summary>A search whatever it brings.</summary>
internal interface IPendingSearch
{
    /// <summary>Begins it.</summary>
    void Begin(OverlayCore core, long now);

    /// <summary>The overlay stops: it ends with what it has.</summary>
    void Stop();

    /// <summary>Nobody waits any more.</summary>
    void Cancel(OverlayCore core, CancellationToken cancellationToken);
}
