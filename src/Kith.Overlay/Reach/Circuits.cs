using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>The relay circuits to one node: opened where both agree, one after the other until one is there, and closed when they are not needed. For several threads.</summary>
internal sealed class Circuits(IOverlay overlay, TimeProvider time)
{
    /// <summary>The head start of one relay over the next.</summary>
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new(); // guards the list
    private readonly List<Endpoint> _open = [];

    /// <summary>Why the last one was refused.</summary>
    public RelayRefusal Refusal { get; private set; }

    /// <summary>Whether there is one.</summary>
    public bool Any
    {
        get
        {
            lock (_gate)
                return _open.Count > 0;
        }
    }

    /// <summary>Opens one, if this person agreed to relays; tells each endpoint that comes of it.</summary>
    public async Task OpenAsync(IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> via, Action<Endpoint> opened, CancellationToken cancellationToken)
    {
        if (!overlay.View.Relay.Consent.HasFlag(RelayConsent.Use))
            return;
        // A handle of one introducer may stand there twice, under its addresses of both families: the second is asked when the first does not answer.
        var asked = new List<Task>();
        foreach (var (introducer, handle) in via)
        {
            if (Any || cancellationToken.IsCancellationRequested)
                break;
            asked.Add(OpenAsync(introducer, handle, opened, cancellationToken));
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(asked[^1], Task.Delay(Stagger, time, enough.Token)).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(asked).ConfigureAwait(false);
    }

    /// <summary>Closes all of them.</summary>
    public void Close()
    {
        List<Endpoint> closing;
        lock (_gate)
        {
            closing = [.. _open];
            _open.Clear();
        }

        foreach (var path in closing)
            overlay.CloseCircuit(path);
    }

    private async Task OpenAsync(Endpoint introducer, NodeHandle handle, Action<Endpoint> opened, CancellationToken cancellationToken)
    {
        try
        {
            var result = await overlay.OpenCircuitAsync(introducer, handle.ToArray(), cancellationToken).ConfigureAwait(false);
            if (result.Path is not { } path)
            {
                Refusal = result.Refusal;
                return;
            }

            bool isSecond;
            lock (_gate)
            {
                isSecond = _open.Count > 0;
                if (!isSecond)
                    _open.Add(path);
            }

            if (isSecond)
                overlay.CloseCircuit(path);
            else
                opened(path);
        }
        catch (OperationCanceledException)
        {
            // Not needed any more.
        }
    }
}
