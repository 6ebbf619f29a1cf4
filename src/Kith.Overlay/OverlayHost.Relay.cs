using System.Buffers.Binary;
using Kith.Overlay.Relay;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>Relays.</content>
public sealed partial class OverlayHost
{
    private readonly List<PendingCircuitCall> _circuitCalls = []; // guarded by the gate
    private RelayConsent _relayConsent; // guarded by the gate

    /// <inheritdoc/>
    public void SetRelay(RelayConsent consent) => Run((core, _) =>
    {
        _relayConsent = consent;
        core.SetRelay(consent);
    });

    /// <inheritdoc/>
    public async Task<CircuitResult> OpenCircuitAsync(Endpoint relay, ReadOnlyMemory<byte> handle, CancellationToken cancellationToken = default)
    {
        if (handle.Length != RelayLimits.HandleSize)
            throw new ArgumentException("a handle has 16 bytes", nameof(handle));
        var call = new PendingCircuitCall();
        Run((core, now) =>
        {
            _circuitCalls.Add(call);
            call.Opening = core.Relay.Open(now, relay, handle.Span, result =>
            {
                _circuitCalls.Remove(call);
                _tellings.Add(() => call.Complete(result));
            });
            call.IsBegun = true;
        });
        // Disposed, or failed by a defect: nobody would end it.
        if (!call.IsBegun)
            call.Complete(new CircuitResult(null, RelayRefusal.Off));
        await using var giveUp = cancellationToken.UnsafeRegister(_ => Run((core, _) =>
        {
            _circuitCalls.Remove(call);
            if (call.Opening is { } opening)
                core.Relay.Cancel(opening);
            call.Cancel(cancellationToken);
        }), null).ConfigureAwait(false);
        return await call.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public bool HasCircuit(Endpoint path) => UdpPort.IsVirtual(path) && _port.PathOf(path) is not null;

    /// <inheritdoc/>
    public void CloseCircuit(Endpoint path) => Run((core, _) => core.Relay.Close(path));

    // What was open was lost with the core: the ends have been told, whoever waits is too.
    private void EndCircuitCalls()
    {
        foreach (var call in _circuitCalls)
            _tellings.Add(() => call.Complete(new CircuitResult(null, RelayRefusal.Off)));
        _circuitCalls.Clear();
    }

    private sealed class PendingCircuitCall
    {
        private readonly TaskCompletionSource<CircuitResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public OpeningCircuit? Opening { get; set; }

        public bool IsBegun { get; set; }

        public Task<CircuitResult> Task => _result.Task;

        public void Complete(CircuitResult result) => _result.TrySetResult(result);

        public void Cancel(CancellationToken cancellationToken) => _result.TrySetCanceled(cancellationToken);
    }
}
