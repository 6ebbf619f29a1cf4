using System.Threading.Tasks.Sources;

namespace Kith.Transport.Sessions;

/// <summary>
/// Wakes the one writer loop of a session. The loop is continued inline, on the thread that signals: a small message is encrypted and handed to
/// the kernel before <c>FlushAsync</c> returns, without a change of threads. Signals given while the loop runs are merged into one.
/// </summary>
internal sealed class WriteSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source; // continuations inline: its default, and the point of this class
    private int _state;

    /// <summary>Waits for the next signal, or takes one given since the last wait. For the one loop alone.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Signalled) == Signalled)
            return ValueTask.CompletedTask;
        _source.Reset();
        var task = new ValueTask(this, _source.Version);
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
            return task;
        // Signalled in between. Nobody else changes that state.
        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    /// <summary>Wakes the loop. Not under a lock that the loop takes.</summary>
    public void Signal()
    {
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Signalled:
                    return;
                case Idle when Interlocked.CompareExchange(ref _state, Signalled, Idle) == Idle:
                    return;
                case Waiting when Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting:
                    _source.SetResult(true);
                    return;
            }
        }
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
