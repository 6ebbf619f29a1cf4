using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tor;

/// <content>Telling Tor what it must know: services and keys, again after each start.</content>
public sealed partial class TorRun
{
    private const string CircuitList = "circuit-status=";

    private async Task TellAsync(TorControl control, CancellationToken cancellationToken)
    {
        while (true)
        {
            // What Tor forgets with it, keys above all, is told again after it.
            if (TakeLookAgain() is { } forgotten)
                await MakeForgetAsync(control, forgotten, cancellationToken).ConfigureAwait(false);
            // Keys first: who calls waits for them, and a service may wait for its time.
            foreach (var (service, key) in KeysToTell())
                await TellAsync(control, service, key, cancellationToken).ConfigureAwait(false);
            var wait = Timeout.InfiniteTimeSpan;
            foreach (var service in Services)
            {
                var later = await TellAsync(control, service, cancellationToken).ConfigureAwait(false);
                if (later > TimeSpan.Zero && (wait < TimeSpan.Zero || later < wait))
                    wait = later;
            }

            using var timer = wait < TimeSpan.Zero ? null : _time.CreateTimer(_ => Apply(), null, wait, Timeout.InfiniteTimeSpan);
            await _toApply.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private TaskCompletionSource? TakeLookAgain()
    {
        lock (_gate)
        {
            var forgotten = _toLookAgain;
            _toLookAgain = null;
            // One that was being told when this was asked for is forgotten with the rest.
            if (forgotten is not null)
                TellKeysAgain();
            return forgotten;
        }
    }

    private static async Task MakeForgetAsync(TorControl control, TaskCompletionSource forgotten, CancellationToken cancellationToken)
    {
        try
        {
            await control.AskAsync(ControlCommands.NewIdentity, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A Tor that has ended has forgotten too.
            forgotten.TrySetResult();
        }
    }

    private (OnionAddress Service, ClientKey Key)[] KeysToTell()
    {
        lock (_gate)
            return [.. _clientKeys.Where(pair => !pair.Value.IsApplied).Select(pair => (pair.Key, pair.Value))];
    }

    // Under _gate.
    private void TellKeysAgain()
    {
        foreach (var key in _clientKeys.Values)
        {
            key.IsApplied = false;
            if (key.Told.Task.IsCompleted)
                key.Told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private OnionAddress[] KeysTold()
    {
        lock (_gate)
            return [.. _clientKeys.Where(pair => pair.Value is { IsApplied: true, Key: not null }).Select(pair => pair.Key)];
    }

    private async Task TellAsync(TorControl control, OnionAddress service, ClientKey key, CancellationToken cancellationToken)
    {
        string command;
        lock (_gate)
        {
            // Another took its place since: that one is told.
            if (_clientKeys.GetValueOrDefault(service) != key)
                return;
            command = key.Key is { } secret ? ControlCommands.AddClientKey(service, secret) : ControlCommands.RemoveClientKey(service);
        }

        // What Tor does not take it would not take another time either: a call says why then.
        await control.AskAsync(command, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            key.IsApplied = true;
            key.Told.TrySetResult();
            if (key.Key is null && _clientKeys.GetValueOrDefault(service) == key)
                _clientKeys.Remove(service);
        }
    }

    // How long it must wait; zero when there is nothing more to do.
    private async Task<TimeSpan> TellAsync(TorControl control, OnionService service, CancellationToken cancellationToken)
    {
        var (task, wait) = service.Due(_time);
        if (task is null)
        {
            if (service.IsOver)
                Drop(service);
            return wait;
        }

        if (task.Delete)
            await control.AskAsync(ControlCommands.DeleteOnion(service.Service), cancellationToken).ConfigureAwait(false);
        if (task.Cut)
            await CutAsync(control, service.Service, cancellationToken).ConfigureAwait(false);
        var reply = task.Add is null ? null : await control.AskAsync(task.Add, cancellationToken).ConfigureAwait(false);
        var problem = reply is { IsOk: false } ? $"Tor refused the onion service: {reply.Lines[0]}" : null;
        service.Applied(task.Version, isThere: task.Add is not null, problem, _time);
        // One that was disposed of while Tor took it is there, and is taken away the next time round.
        if (service.IsOver)
            Drop(service);
        return problem is null ? TimeSpan.Zero : TorLimits.RepublishInterval;
    }

    // A circuit outlives the service that it was made for, and new streams come in on it: somebody who was let in once would stay in.
    private static async Task CutAsync(TorControl control, OnionAddress service, CancellationToken cancellationToken)
    {
        var circuits = await control.AskAsync(ControlCommands.GetCircuits, cancellationToken).ConfigureAwait(false);
        foreach (var line in circuits.Lines)
        {
            // A list of one stands on the line of its name.
            if (CircuitLine.TryRead(line.StartsWith(CircuitList, StringComparison.Ordinal) ? line[CircuitList.Length..] : line, out var circuit)
                && circuit!.Purpose == CircuitLine.ServiceRendezvous && circuit.Service == service)
            {
                await control.AskAsync(ControlCommands.CloseCircuit(circuit.Id), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Drop(OnionService service)
    {
        lock (_gate)
        {
            if (!_services.Remove(service))
                return;
        }

        service.Erase();
    }

    // Tor is gone, and knows nothing the next time.
    private void Forget()
    {
        lock (_gate)
        {
            _socks = null;
            TellKeysAgain();
            foreach (var (service, key) in _clientKeys.ToArray())
            {
                if (key.Key is null)
                    _clientKeys.Remove(service);
            }
        }

        foreach (var service in Services)
        {
            service.Forget();
            if (service.IsGone)
                Drop(service);
        }
    }
}
