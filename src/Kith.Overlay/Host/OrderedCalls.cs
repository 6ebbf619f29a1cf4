namespace Kith.Overlay.Host;

/// <summary>
/// What the host of a core without I/O has to tell others: queued under the host's gate, told outside of it by one thread at a time, so that what was caused first is told first. Whoever is told may call the host again.
/// </summary>
/// <param name="gate">The host's gate.</param>
/// <param name="defect">Told what a call threw; the next one goes on.</param>
public sealed class OrderedCalls(Lock gate, Action<Exception> defect)
{
    private readonly Queue<Action> _waiting = new();
    private bool _isTelling;

    /// <summary>Adds a call. With the gate held.</summary>
    public void Enqueue(Action call) => _waiting.Enqueue(call);

    /// <summary>Forgets those that wait. With the gate held.</summary>
    public void Clear() => _waiting.Clear();

    /// <summary>Makes the calls that wait, unless another thread does. Without the gate.</summary>
    public void Tell()
    {
        while (true)
        {
            Action? next;
            lock (gate)
            {
                if (_isTelling || !_waiting.TryDequeue(out next))
                    return;
                _isTelling = true;
            }

            try
            {
                next();
            }
            catch (Exception error)
            {
                defect(error);
            }
            finally
            {
                lock (gate)
                    _isTelling = false;
            }
        }
    }
}
