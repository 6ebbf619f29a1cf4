using Kith.Crypto;
using Kith.Overlay.Reach;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>Calls to nodes behind NATs.</content>
public sealed partial class OverlayHost
{
    private readonly List<PendingCall> _reachCalls = []; // guarded by the gate
    private readonly Dictionary<X25519PublicKey, List<Action<Endpoint>>> _reachWatchers = []; // guarded by the gate
    private IReadOnlyCollection<X25519PublicKey> _contacts = []; // guarded by the gate
    private Func<Endpoint, Endpoint>? _route; // guarded by the gate

    /// <inheritdoc/>
    public IReach Reach => _reach;

    private void TakeProbe(ulong punch, int socket, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        // The caller holds the gate.
        _core.ReceiveProbe(_clock.Now(), punch, socket, from, datagram);
        FollowUp();
    }

    // With the gate held.
    private void TellReached(X25519PublicKey key, Endpoint at)
    {
        if (!_reachWatchers.TryGetValue(key, out var watchers))
            return;
        foreach (var watcher in watchers)
            _tellings.Add(() => watcher(at));
    }

    // What was open was lost with the core.
    private void EndReachCalls()
    {
        foreach (var call in _reachCalls)
            _tellings.Add(() => call.Result.TrySetResult(new ReachOutcome(ReachResult.NotCalled, null, 0)));
        _reachCalls.Clear();
    }

    private sealed class PendingCall
    {
        public TaskCompletionSource<ReachOutcome> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ulong Id { get; set; }

        public bool IsBegun { get; set; }
    }

    private sealed class ReachOfHost(OverlayHost host) : IReach
    {
        public void SetContacts(IReadOnlyCollection<X25519PublicKey> contacts) => host.Run((core, _) =>
        {
            host._contacts = contacts;
            core.Reach.SetContacts(contacts);
        });

        public void SetRoute(Func<Endpoint, Endpoint>? route) => host.Run((_, _) => host._route = route);

        public async Task<ReachOutcome> CallAsync(
            X25519PublicKey key, IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> via, Action<Endpoint> working, CancellationToken cancellationToken = default)
        {
            var call = new PendingCall();
            host.Run((core, now) =>
            {
                host._reachCalls.Add(call);
                call.IsBegun = true;
                call.Id = core.Reach.Call(now, key, via, at => host._tellings.Add(() => working(at)), outcome =>
                {
                    host._reachCalls.Remove(call);
                    host._tellings.Add(() => call.Result.TrySetResult(outcome));
                });
            });
            // Disposed, or failed by a defect: nobody would end it.
            if (!call.IsBegun)
                call.Result.TrySetResult(new ReachOutcome(ReachResult.NotCalled, null, 0));
            await using var giveUp = cancellationToken.UnsafeRegister(_ => host.Run((core, _) =>
            {
                host._reachCalls.Remove(call);
                core.Reach.Cancel(call.Id);
                call.Result.TrySetCanceled(cancellationToken);
            }), null).ConfigureAwait(false);
            return await call.Result.Task.ConfigureAwait(false);
        }

        public IDisposable Watch(X25519PublicKey key, Action<Endpoint> reached)
        {
            lock (host._gate)
            {
                if (!host._reachWatchers.TryGetValue(key, out var watchers))
                    host._reachWatchers[key] = watchers = [];
                watchers.Add(reached);
            }

            return new Watching(host, key, reached);
        }
    }

    private sealed class Watching(OverlayHost host, X25519PublicKey key, Action<Endpoint> reached) : IDisposable
    {
        public void Dispose()
        {
            lock (host._gate)
            {
                if (host._reachWatchers.TryGetValue(key, out var watchers) && watchers.Remove(reached) && watchers.Count == 0)
                    host._reachWatchers.Remove(key);
            }
        }
    }
}
