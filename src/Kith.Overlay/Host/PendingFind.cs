using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay.Host;

/// <summary>A call that looks for a contact: completes with the first record that holds; what comes after it is news.</summary>
/// <param name="secret">Under which to look.</param>
/// <param name="maker">Who must have signed.</param>
/// <param name="isThorough">Whether it completes only when the search is over.</param>
/// <param name="time">Measures.</param>
internal sealed class PendingFind(FindSecret secret, Ed25519PublicKey maker, bool isThorough, TimeProvider time)
{
    private bool _waits = isThorough;
    private Finding? _best;

    private readonly TaskCompletionSource<Finding> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started = time.GetTimestamp();

    public FindSecret Secret { get; } = secret;

    public bool IsThorough { get; } = isThorough;

    public Ed25519PublicKey Maker { get; } = maker;

    public Task<Finding> Task => _done.Task;

    /// <summary>The search in the core that there is now.</summary>
    public HeldFind? Held { get; set; }

    /// <summary>Takes what the search says; true when it is news to those who have their answer already.</summary>
    public bool Take(SearchProgress progress, [NotNullWhen(true)] out Finding? news)
    {
        news = null;
        if (progress.Record is null && !progress.IsFinished)
            return false;
        var finding = new Finding(progress.Record?.Content, progress.Hops, progress.Queries, time.GetElapsedTime(_started).TotalMilliseconds)
        {
            MadeAt = progress.Record?.MadeAt ?? 0,
            ClockDifference = progress.ClockDifference,
        };
        if (!_done.Task.IsCompleted)
        {
            _best = finding;
            if (!_waits || progress.IsFinished)
                _done.TrySetResult(finding);
            return false;
        }

        if (finding.Content is null || finding.MadeAt <= _best?.MadeAt)
            return false;
        _best = news = finding;
        return true;
    }

    /// <summary>Waits no longer for the whole of it, once there is something.</summary>
    public void Hurry()
    {
        _waits = false;
        if (_best is not null)
            _done.TrySetResult(_best);
    }

    /// <summary>Gives up.</summary>
    public void Cancel(CancellationToken cancellationToken) => _done.TrySetCanceled(cancellationToken);

    /// <summary>The node stops.</summary>
    public void Stop() => _done.TrySetResult(new Finding(null, 0, 0, time.GetElapsedTime(_started).TotalMilliseconds));
}
