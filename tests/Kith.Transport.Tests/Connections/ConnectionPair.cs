using Kith.Crypto;
using Kith.Transport.Connections;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

/// <summary>Two nodes and the wire between them: every datagram takes <see cref="Delay"/>, unless a test drops or changes it. Time is the pair's own.</summary>
internal sealed class ConnectionPair : IDisposable
{
    private readonly PriorityQueue<(Endpoint From, Endpoint To, byte[] Datagram), (TimeSpan At, long Order)> _wire = new();
    private long _order;
    private int _stuck;

    public ConnectionPair(
        bool knowsKey = true, ConnectionOptions? options = null, SecretBytes? callerSwarm = null, SecretBytes? calledSwarm = null,
        X25519PublicKey? wanted = null, long? packetsPerKey = null)
    {
        Caller = new ConnectionSide("192.0.2.1:4001", options, callerSwarm, packetsPerKey: packetsPerKey);
        Called = new ConnectionSide("192.0.2.2:4002", options, calledSwarm, packetsPerKey: packetsPerKey);
        Caller.Dial(Now, knowsKey ? wanted ?? Called.Key.PublicKey : null).Try(Now, Called.Endpoint);
    }

    public ConnectionSide Caller { get; }

    public ConnectionSide Called { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(100);

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>What happens to a datagram: null drops it.</summary>
    public Func<Endpoint, Endpoint, byte[], byte[]?> Filter { get; set; } = static (_, _, datagram) => datagram;

    /// <summary>Every datagram that was sent, dropped ones too.</summary>
    public List<(Endpoint From, Endpoint To, byte[] Datagram)> Sent { get; } = [];

    /// <summary>A pair whose handshake is done.</summary>
    public static ConnectionPair Open(ConnectionOptions? options = null, long? packetsPerKey = null)
    {
        var pair = new ConnectionPair(options: options, packetsPerKey: packetsPerKey);
        pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished);
        pair.Run(TimeSpan.FromMilliseconds(200));
        return pair;
    }

    /// <summary>Runs until something is so; fails after a minute of the pair's time.</summary>
    public void RunUntil(Func<bool> isSo, TimeSpan? within = null)
    {
        var end = Now + (within ?? TimeSpan.FromMinutes(1));
        while (!isSo())
        {
            if (!Step(end))
                throw new TimeoutException("it did not come about");
        }
    }

    /// <summary>Runs for this long.</summary>
    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (Step(end))
        {
            // Each step is the next event.
        }

        SetNow(end);
    }

    /// <summary>Puts a datagram on the wire.</summary>
    public void Inject(Endpoint from, Endpoint to, byte[] datagram) => _wire.Enqueue((from, to, datagram), (Now + Delay, _order++));

    public void Dispose()
    {
        Caller.Dispose();
        Called.Dispose();
    }

    private bool Step(TimeSpan end)
    {
        Collect(Caller);
        Collect(Called);
        TimeSpan? next = _wire.TryPeek(out _, out var first) ? first.At : null;
        foreach (var deadline in new[] { Caller.NextDeadline, Called.NextDeadline })
        {
            if (deadline is { } at && (next is null || at < next))
                next = at;
        }

        if (next is null || next > end)
            return false;
        // A deadline that stays in the past would have a real host spin.
        _stuck = next.Value > Now ? 0 : _stuck + 1;
        if (_stuck > 10_000)
            throw new InvalidOperationException("a deadline is not met by anything that is done for it");
        SetNow(next.Value > Now ? next.Value : Now);
        Caller.Tick(Now);
        Called.Tick(Now);
        while (_wire.TryPeek(out var arrived, out var due) && due.At <= Now)
        {
            _wire.Dequeue();
            Deliver(arrived.From, arrived.To, arrived.Datagram);
        }

        return true;
    }

    private void SetNow(TimeSpan now)
    {
        Now = now;
        Caller.Now = now;
        Called.Now = now;
    }

    private void Collect(ConnectionSide side)
    {
        foreach (var (to, datagram) in side.Send(Now))
            Put(side.Endpoint, to, datagram);
    }

    private void Put(Endpoint from, Endpoint to, byte[] datagram)
    {
        Sent.Add((from, to, datagram));
        if (Filter(from, to, datagram) is { } kept)
            _wire.Enqueue((from, to, kept), (Now + Delay, _order++));
    }

    private void Deliver(Endpoint from, Endpoint to, byte[] datagram)
    {
        var side = to == Caller.Endpoint ? Caller : to == Called.Endpoint ? Called : null;
        if (side?.Receive(Now, from, datagram) is { } answer)
            Put(to, from, answer);
    }
}
