using Kith.Crypto;
using Kith.Mailbox.Asking;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Overlay;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>
/// Keeps boxes for others: takes their streams, hands what they ask to the holding on its own thread, and lets its answers out after each commit. Many requests share one sync of the disk. For several
/// threads.
/// </summary>
internal sealed class HolderServer : ISessionTaker, IAsyncDisposable
{
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new(); // guards the clients and their counts
    private readonly Dictionary<ServedClient, AddressPrefix?> _clients = [];
    private readonly TaskKeeper _tasks = new();
    private readonly IHolding _holding;
    private readonly X25519PrivateKey? _key;
    private readonly PassDesk? _passes;
    private readonly FindDesk? _finds;
    private readonly IRandom _random;
    private readonly HolderThread _thread;
    private readonly WaitingRequests _waiting;
    private readonly Func<OwnNetworks> _networks;
    private readonly TimeProvider _time;
    private readonly ITimer _checks;
    private (long Used, int Boxes, string? Problem) _size;
    private readonly HostClock _clock;
    private long _ahead;
    private bool _isDisposed;
    private long _straight;
    private long _throughOthers;

    /// <param name="holding">What is kept; belongs to this from now on.</param>
    /// <param name="key">This node's static key, which what comes through others is sealed for; null takes nothing sealed.</param>
    /// <param name="passes">Passes on what clients ask of other holders; null passes nothing on.</param>
    /// <param name="finds">Says which holders there are; null says it to nobody.</param>
    /// <param name="random">The randomness.</param>
    /// <param name="networks">The networks that this node is on.</param>
    /// <param name="defect">Told of what must not happen.</param>
    /// <param name="time">The clock.</param>
    public HolderServer(IHolding holding, X25519PrivateKey? key, PassDesk? passes, FindDesk? finds, IRandom random, Func<OwnNetworks> networks, Action<Exception> defect, TimeProvider time)
    {
        (_holding, _key, _passes, _finds, _random, _networks, _time, _clock) = (holding, key, passes, finds, random, networks, time, new HostClock(time));
        _size = (holding.Used, holding.Boxes, holding.Problem);
        _thread = new HolderThread(AfterBatch, defect);
        _waiting = new WaitingRequests(_thread.TryPost);
        _thread.Start();
        _checks = time.CreateTimer(static server => ((HolderServer)server!).Check(), this, CheckPeriod, CheckPeriod);
    }

    /// <summary>Bytes and boxes that others have here, and what is wrong with it, after the last commit.</summary>
    public (long Used, int Boxes, string? Problem) Size
    {
        get
        {
            lock (_gate)
                return _size;
        }
    }

    /// <summary>What others have asked.</summary>
    public MailboxTraffic Traffic => new(Interlocked.Read(ref _straight), Interlocked.Read(ref _throughOthers), _passes?.Passed ?? 0);

    /// <summary>Streams of clients.</summary>
    public int Clients
    {
        get
        {
            lock (_gate)
                return _clients.Count;
        }
    }

    /// <summary>Does something on the thread of what is kept; nothing when it has ended.</summary>
    public void Post(Action<long> work) => _thread.Post(() => work(Now()));

    /// <summary>Room offered from now on, bytes.</summary>
    public void Offer(long bytes) => _thread.Post(() => _holding.Offer(bytes));

    /// <inheritdoc/>
    public bool TryTake(ISession session, IStream first)
    {
        var from = session.RemoteEndPoint is System.Net.IPEndPoint remote ? Endpoint.From(remote) : (Endpoint?)null;
        var isNear = from is { } known && _networks().AreLifted(known);
        var prefix = from is { } address && !isNear ? AddressPrefix.Of(address) : (AddressPrefix?)null;
        // Who comes through Tor has no address: all of them count as one, of which there may be more.
        var most = prefix is null ? HostingLimits.MaxClientsWithoutAddress : HostingLimits.MaxClientsPerPrefix;
        ServedClient client;
        lock (_gate)
        {
            if (_isDisposed || _clients.Count >= HostingLimits.MaxClients || (!isNear && _clients.Count(other => other.Value == prefix && !other.Key.IsNear) >= most))
                return false;
            client = new ServedClient(session, first, isNear, _time, Gone);
            _clients.Add(client, prefix);
        }

        _tasks.Add(ServeAsync(client));
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ServedClient[] clients;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            clients = [.. _clients.Keys];
        }

        await _checks.DisposeAsync().ConfigureAwait(false);
        foreach (var client in clients)
            client.End();
        await _tasks.WhenIdleAsync().ConfigureAwait(false);
        await _thread.DisposeAsync().ConfigureAwait(false);
        _holding.Dispose();
    }

    private async Task ServeAsync(ServedClient client)
    {
        // Not on the caller's stack: it may hold locks of its own.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await client.RunAsync((number, request, bytes) => Take(client, number, request, bytes)).ConfigureAwait(false);
        _passes?.Gone(client);
        lock (_gate)
            _clients.Remove(client);
        _thread.Post(() => _holding.Gone(client));
        client.Dispose();
    }

    private bool Take(ServedClient client, ulong number, MailboxRequest request, int bytes)
    {
        switch (request)
        {
            case SealedRequest asked:
                Open(client, number, asked, bytes);
                return true;
            case PassRequest pass when _passes is not null:
                _passes.Take(client, number, pass);
                return true;
            case FindRequest find when _finds is not null:
                _finds.Take(client, number, find);
                return true;
            case EndRequest:
                client.Settle();
                client.EndNews(number);
                _passes?.End(client, number);
                return true;
            default:
                // Holders put straight what others lack.
                if (request is ReadRequest or DeleteRequest || (request is PutRequest && (client.From is not { } from || _passes?.Knows(from) != true)))
                    Interlocked.Increment(ref _straight);
                return _waiting.Take(client, number, request, bytes, () => _holding.Take(Now(), client, number, request));
        }
    }

    // What somebody else passes on (docs/protocol/mailbox.md, "Passing on"): who asks is not known here, only the box.
    private void Open(ServedClient client, ulong number, SealedRequest asked, int bytes)
    {
        if (_key is null || !PassOpened.TryOpen(_key, asked.Sealed, _random, out var opened))
        {
            client.Answer(number, new SealedAnswer(DropCode.Signature, default));
            return;
        }

        if (client.Open(number, opened) is not { } behind)
        {
            opened.Dispose();
            client.Answer(number, new SealedAnswer(DropCode.Busy, default));
            return;
        }

        if (opened.Request is PassRequest pass)
        {
            if (_passes is null)
                behind.TellPassed(number, new PassAnswer(DropCode.NoRoom, default), isFirst: true);
            else
                _passes.Take(behind, number, pass);
            return;
        }

        Interlocked.Increment(ref _throughOthers);
        if (_waiting.Take(behind, number, opened.Request, Math.Min(bytes, opened.Bytes), () => _holding.Take(Now(), behind, number, opened.Request)))
            return;
        client.EndSealed(number);
        client.Answer(number, new SealedAnswer(DropCode.Busy, default));
    }

    private void Gone(SealedClient client) => _thread.Post(() =>
    {
        _holding.Gone(client);
        client.Erase();
    });

    // On the thread of what is kept, which hears of a wall clock that was set before anything else.
    private long Now()
    {
        var now = _clock.Now();
        var ahead = _clock.Ahead(now, _ahead);
        if (ahead != _ahead)
            _holding.SetClock(_ahead = ahead);
        return now;
    }

    private TimeSpan AfterBatch()
    {
        var now = Now();
        _holding.Finish(now);
        var size = (_holding.Used, _holding.Boxes, _holding.Problem);
        lock (_gate)
            _size = size;
        var wait = _holding.NextDeadline - now;
        return wait <= 0 ? TimeSpan.Zero : wait < LongestSleep.TotalMilliseconds ? TimeSpan.FromMilliseconds(wait) : LongestSleep;
    }

    private void Check()
    {
        ServedClient[] clients;
        lock (_gate)
            clients = [.. _clients.Keys];
        foreach (var client in clients)
            client.Check();
        _passes?.Check();
    }
}
