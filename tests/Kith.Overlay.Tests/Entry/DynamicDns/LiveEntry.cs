using System.Collections.Concurrent;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Overlay.Entry;
using Kith.Overlay.Entry.DynamicDns;
using Kith.Transport.Dns;
using Kith.Wire;

namespace Kith.Overlay.Tests.Entry.DynamicDns;

/// <summary>
/// A core in real time with real DNS; the nodes that it asks are there or not, as a set that all cores of a test share says.
/// </summary>
internal sealed class LiveEntry : IEntryEffects, IAsyncDisposable
{
    /// <summary>All of a keeper's minutes as fractions of a second.</summary>
    public static readonly KeeperTiming Quick = new()
    {
        CheckEvery = 500,
        FirstCheckWithin = 50,
        QuestionGap = 250,
        ConfirmAfter = 100,
        UpdateWithin = 100,
        RecheckWithin = 50,
        LongestPause = 1_000,
    };

    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Endpoint, bool> _alive;
    private readonly DnsTransport _dns = new(TimeProvider.System);
    private readonly Task _loop;
    private readonly long _clockError;

    /// <param name="options">How to enter.</param>
    /// <param name="alive">The nodes that are there.</param>
    /// <param name="reachable">Where this node is an entry node; null when it is not fit.</param>
    /// <param name="clockError">Milliseconds that this node's clock is ahead.</param>
    public LiveEntry(EntryOptions options, ConcurrentDictionary<Endpoint, bool> alive, Endpoint? reachable, long clockError = 0)
    {
        _alive = alive;
        _clockError = clockError;
        Core = new EntryCore(options, this, SystemRandom.Instance);
        Core.Start(Now);
        Core.SetReachable(Now, reachable);
        _loop = RunAsync();
    }

    public EntryCore Core { get; }

    public bool IsDisposed => _loop.IsCompleted;

    private long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + _clockError;

    /// <summary>Something of the core, read on its own loop.</summary>
    public Task<T> ReadAsync<T>(Func<EntryCore, T> read)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Writer.TryWrite(() => result.SetResult(read(Core)));
        return result.Task;
    }

    public void Ask(Endpoint node, EntrySource source)
    {
        if (_alive.ContainsKey(node))
            _work.Writer.TryWrite(() => Core.Answered(Now, node));
    }

    public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => Assert.Fail("nothing to send here");

    public void SendMulticast(ReadOnlySpan<byte> datagram) => Assert.Fail("nothing to send here");

    public void Resolve(int id, string host) => _work.Writer.TryWrite(() => Core.Resolved(Now, id, [], ResolveError.NoSuchName));

    public void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message) => _ = ExchangeAsync(id, server, message.ToArray());

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task ExchangeAsync(int id, Endpoint? server, byte[] message)
    {
        Assert.NotNull(server);
        var answer = await _dns.ExchangeAsync(server, message, CancellationToken.None);
        _work.Writer.TryWrite(() => Core.Exchanged(Now, id, answer));
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var wait = Math.Clamp(Core.NextDeadline - Now, 0, 1_000);
            using var due = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            due.CancelAfter(TimeSpan.FromMilliseconds(wait));
            try
            {
                _ = await _work.Reader.WaitToReadAsync(due.Token);
            }
            catch (OperationCanceledException)
            {
                // Something is due, or the end.
            }

            while (_work.Reader.TryRead(out var work))
                work();
            Core.Tick(Now);
        }
    }
}
