using System.Collections.Concurrent;
using Kith.Delivery;
using Kith.Delivery.Routes;
using Kith.Overlay;
using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Sessions through a relay beside the usual one, for messages that were told to go that way and no other. Opened when the first such message waits, tried again after growing pauses, and
/// closed when none was written for a while. For several threads.
/// </summary>
internal sealed class RelayCalls(DirectRoute route, RelayChoice relays, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Contacts called at once; messages to further ones wait for a session that is relayed anyway.</summary>
    public const int MaxCalls = 32;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<AccountId, Call> _calls = new();
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously); // replaced as a whole
    private volatile Ways? _ways;

    /// <summary>From now on circuits can be opened.</summary>
    public void Attach(IOverlay overlay, UdpCarrier carrier) => _ways = new Ways(overlay, carrier);

    /// <summary>A message to a contact is to go through a relay.</summary>
    public void Want(AccountId peer)
    {
        if (_calls.TryGetValue(peer, out var known))
        {
            known.WantedAt = time.GetTimestamp();
            return;
        }

        var call = new Call { WantedAt = time.GetTimestamp() };
        if (_calls.Count < MaxCalls && !_stopping.IsCancellationRequested && _calls.TryAdd(peer, call))
            call.Running = Task.Run(() => RunAsync(peer, call));
    }

    /// <summary>Relays are allowed, or there again: whoever is called is called at once.</summary>
    public void Urge() => Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Why nothing goes through a relay to a contact, one sentence; null when nothing speaks against it.</summary>
    public string? WhyNot(AccountId peer) => !relays.MayUse
        ? "Relays are off here: `kith relay use` lets your conversations go through nodes that carry them."
        : route.Reaches(peer, RouteKind.Relay) ? null : (_calls.TryGetValue(peer, out var call) ? call.Reason : null) ?? "A relay that carries this is being asked for.";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_calls.Values.Select(call => call.Running));
        _stopping.Dispose();
    }

    private async Task RunAsync(AccountId peer, Call call)
    {
        try
        {
            for (var pause = FirstPause; time.GetElapsedTime(call.WantedAt) < Lifetime; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
            {
                var news = Volatile.Read(ref _news).Task;
                if (!route.Reaches(peer, RouteKind.Relay))
                    await TryAsync(peer, call, _stopping.Token);
                if (await PauseAsync(pause, news))
                    pause = FirstPause / 2;
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        finally
        {
            _calls.TryRemove(peer, out _);
        }
    }

    // True when something happened before the time was over.
    private async Task<bool> PauseAsync(TimeSpan pause, Task news)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var first = await Task.WhenAny(Task.Delay(pause, time, enough.Token), news);
        await enough.CancelAsync();
        _stopping.Token.ThrowIfCancellationRequested();
        return first == news;
    }

    private async Task TryAsync(AccountId peer, Call call, CancellationToken cancellationToken)
    {
        call.Reason = null;
        if (!relays.MayUse || route.WhereIs(peer) is not { } place || _ways is not { } ways)
            return;
        var introducers = place.Addresses.Where(address => address is { Kind: NodeAddress.ViaKind, Handle: not null }).ToList();
        if (introducers.Count == 0)
            call.Reason = "No relay to them is known: they have to be connected with a node that carries others' conversations.";
        foreach (var address in introducers)
        {
            if (address.ToIPEndPoint() is not { } at)
                continue;
            var circuit = await ways.Overlay.OpenCircuitAsync(Endpoint.From(at), address.Handle!.Value.ToArray(), cancellationToken);
            if (circuit.Path is not { } path)
            {
                call.Reason = NetworkProblems.Sentence($"no relay carries this: {circuit.Refusal.Sentence()}");
                continue;
            }

            try
            {
                if (await ConnectAsync(peer, place.Key, path, ways.Carrier, cancellationToken) is not { } session)
                    continue;
                call.Reason = null;
                await StayAsync(session, call, cancellationToken);
                return;
            }
            finally
            {
                ways.Overlay.CloseCircuit(path);
            }
        }
    }

    private async Task<ISession?> ConnectAsync(AccountId peer, Crypto.X25519PublicKey key, Endpoint path, UdpCarrier carrier, CancellationToken cancellationToken)
    {
        await using var dial = carrier.Dial(key);
        dial.Try(path);
        try
        {
            var session = await dial.Session.WaitAsync(cancellationToken);
            if (route.TryAddApart(peer, session))
                return session;
            await session.CloseAsync(SessionErrorCode.None);
        }
        catch (SessionException)
        {
            // Tried again.
        }

        return null;
    }

    // While messages want it.
    private async Task StayAsync(ISession session, Call call, CancellationToken cancellationToken)
    {
        while (!session.Closed.IsCompleted && relays.MayUse && Lifetime - time.GetElapsedTime(call.WantedAt) is { Ticks: > 0 } left)
            await Task.WhenAny(session.Closed, Task.Delay(left, time, cancellationToken)).WaitAsync(cancellationToken);
        await session.CloseAsync(SessionErrorCode.None);
    }

    private sealed class Call
    {
        public long WantedAt { get; set; }

        public string? Reason { get; set; }

        public Task Running { get; set; } = Task.CompletedTask;
    }

    private sealed record Ways(IOverlay Overlay, UdpCarrier Carrier);
}
