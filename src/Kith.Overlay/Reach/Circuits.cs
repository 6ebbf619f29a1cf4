using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>The relay circuits to one node: opened where both agree, one after the other until one is there, and closed when they are not needed. For several threads.</summary>
internal sealed class Circuits(IOverlay overlay, TimeProvider time)
{
    /// <summary>Circuits held at once: the one in use, and another where that may be dead. Of more the oldest is closed.</summary>
    private const int MaxHeld = 2;

    /// <summary>The head start of one relay over the next.</summary>
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new(); // guards the list
    private readonly List<(Endpoint Path, Endpoint Relay)> _open = [];

    /// <summary>Why the last one was refused.</summary>
    public RelayRefusal Refusal { get; private set; }

    /// <summary>Whether there is one.</summary>
    public bool Any
    {
        get
        {
            lock (_gate)
                return Held() > 0;
        }
    }

    /// <summary>Opens one, if this person agreed to relays; tells each endpoint that comes of it. Nothing where there is one.</summary>
    public Task OpenAsync(IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> via, Action<Endpoint> opened, CancellationToken cancellationToken) =>
        Any ? Task.CompletedTask : OpenOneAsync(via, opened, cancellationToken);

    /// <summary>As <see cref="OpenAsync(IReadOnlyList{ValueTuple{Endpoint, NodeHandle}}, Action{Endpoint}, CancellationToken)"/>, one more beside those that may be dead, through another relay first.</summary>
    public Task OpenAnotherAsync(IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> via, Action<Endpoint> opened, CancellationToken cancellationToken)
    {
        HashSet<Endpoint> doubted;
        lock (_gate)
            doubted = [.. _open.Select(one => one.Relay)];
        return OpenOneAsync([.. via.OrderBy(one => doubted.Contains(one.Introducer))], opened, cancellationToken);
    }

    /// <summary>Closes all of them.</summary>
    public void Close()
    {
        List<(Endpoint Path, Endpoint Relay)> closing;
        lock (_gate)
        {
            closing = [.. _open];
            _open.Clear();
        }

        foreach (var (path, _) in closing)
            overlay.CloseCircuit(path);
    }

    // Under _gate. Those that the relay, or the other side, has ended are forgotten.
    private int Held()
    {
        _open.RemoveAll(one => !overlay.HasCircuit(one.Path));
        return _open.Count;
    }

    private async Task OpenOneAsync(IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> via, Action<Endpoint> opened, CancellationToken cancellationToken)
    {
        if (!overlay.View.Relay.Consent.HasFlag(RelayConsent.Use))
            return;
        // A handle of one introducer may stand there twice, under its addresses of both families: the second is asked when the first does not answer.
        var turn = new Turn();
        var asked = new List<Task>();
        foreach (var (introducer, handle) in via)
        {
            if (turn.IsOver || cancellationToken.IsCancellationRequested)
                break;
            asked.Add(OpenAsync(introducer, handle, turn, opened, cancellationToken));
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(asked[^1], Task.Delay(Stagger, time, enough.Token)).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(asked).ConfigureAwait(false);
    }

    private async Task OpenAsync(Endpoint introducer, NodeHandle handle, Turn turn, Action<Endpoint> opened, CancellationToken cancellationToken)
    {
        try
        {
            var result = await overlay.OpenCircuitAsync(introducer, handle.ToArray(), cancellationToken).ConfigureAwait(false);
            if (result.Path is not { } path)
            {
                Refusal = result.Refusal;
                return;
            }

            Endpoint? surplus = null;
            lock (_gate)
            {
                if (turn.IsOver)
                {
                    surplus = path;
                }
                else
                {
                    turn.IsOver = true;
                    if (Held() >= MaxHeld)
                    {
                        surplus = _open[0].Path;
                        _open.RemoveAt(0);
                    }

                    _open.Add((path, introducer));
                }
            }

            if (surplus is { } closing)
                overlay.CloseCircuit(closing);
            if (surplus != path)
                opened(path);
        }
        catch (OperationCanceledException)
        {
            // Not needed any more.
        }
    }

    /// <summary>One search for a relay: over with the first circuit.</summary>
    private sealed class Turn
    {
        public volatile bool IsOver;
    }
}
