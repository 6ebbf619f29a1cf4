using System.Collections.Concurrent;
using Kith.Crypto;
using Kith.Forwarding.Service;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Tor;

namespace Kith.Forwarding.Hosting;

/// <summary>
/// The sessions that packets go out over, one to each node, each under a static key of its own, so that nobody can tell by the key whether a node forwards or begins. For several threads.
/// </summary>
internal sealed class PacketSessions(NamelessDialer dialer, Action<ServiceLink, IReadOnlyList<byte[]>> datagrams, Action<Exception> defect, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _gate = new(); // guards the lines and the dead
    private readonly Dictionary<HopAddress, Line> _lines = [];
    private readonly Dictionary<HopAddress, long> _dead = [];
    private readonly ConcurrentDictionary<Task, bool> _tasks = new();
    private readonly CancellationTokenSource _stopping = new();
    private bool _isDisposed;

    /// <summary>Packets that found no way.</summary>
    public long Dropped { get; private set; } // guarded by _gate

    /// <summary>Sends a packet, at once or when the session is made; what does not fit is dropped.</summary>
    public void Send(HopAddress to, ReadOnlyMemory<byte> packet) => Send(to, packet, isAgain: false);

    private void Send(HopAddress to, ReadOnlyMemory<byte> packet, bool isAgain)
    {
        ServiceLink? link;
        lock (_gate)
        {
            if (Find(to) is not { } line)
            {
                Dropped++;
                return;
            }

            link = line.Link;
            if (link is null)
            {
                if (line.Waiting.Count < HostingLimits.MaxWaiting)
                    line.Waiting.Enqueue(packet);
                else
                    Dropped++;
                return;
            }

            if (!isAgain)
                line.Left(time.GetTimestamp(), packet);
        }

        link.TrySend(packet.Span);
    }

    /// <summary>Closes those that nothing goes over. Called now and then.</summary>
    public void Check()
    {
        List<ServiceLink> idle;
        lock (_gate)
            idle = [.. _lines.Values.Select(static line => line.Link).OfType<ServiceLink>().Where(static link => link.Idle >= HostingLimits.IdleTime)];
        foreach (var link in idle)
            link.End();
    }

    /// <summary>The network is another: sessions are made anew.</summary>
    public void EndAll()
    {
        List<ServiceLink> all;
        lock (_gate)
        {
            _dead.Clear();
            all = [.. _lines.Values.Select(static line => line.Link).OfType<ServiceLink>()];
        }

        foreach (var link in all)
            link.End();
    }

    /// <summary>Ends all of them and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _isDisposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        EndAll();
        await Task.WhenAll(_tasks.Keys).ConfigureAwait(false);
        _stopping.Dispose();
    }

    // With the gate held.
    private Line? Find(HopAddress to)
    {
        if (_lines.TryGetValue(to, out var line))
            return line;
        var now = time.GetTimestamp();
        var isOnion = to.Kind == HopAddressKind.Onion;
        if (_isDisposed || to.Kind is not (HopAddressKind.Endpoint or HopAddressKind.Onion) || (_dead.TryGetValue(to, out var died) && time.GetElapsedTime(died, now) < (isOnion ? HostingLimits.OnionDeadTime : HostingLimits.DeadTime)))
            return null;
        // Few: each costs circuits of Tor's.
        if (isOnion && _lines.Keys.Count(static one => one.Kind == HopAddressKind.Onion) >= HostingLimits.MaxOnionSessions)
            return null;
        if (_lines.Count >= HostingLimits.MaxSessions)
        {
            _lines.Values.Where(static one => one.Link is not null).MaxBy(static one => one.Link!.Idle)?.Link!.End();
            return null;
        }

        _lines.Add(to, line = new Line());
        var task = RunAsync(to, line);
        _tasks[task] = true;
        _ = task.ContinueWith(done => _tasks.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return line;
    }

    private async Task RunAsync(HopAddress to, Line line)
    {
        // Not on the caller's stack: it holds the gate.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            // Whoever else is there gets nothing.
            var (session, stream) = await CallAsync(to).ConfigureAwait(false);
            await TalkAsync(session, stream, line).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            // Nobody is there: whoever sent tries another way.
        }
        catch (Exception error)
        {
            defect(error);
        }

        lock (_gate)
        {
            if (line.Link is null)
            {
                Dropped += line.Waiting.Count;
                if (_dead.Count >= HostingLimits.MaxSessions)
                    _dead.Clear();
                _dead[to] = time.GetTimestamp();
            }

            _lines.Remove(to);
        }

        // Whoever was started again does not know the session, which shows by the first packet: what went there just now is sent once more. If it was there, it is a replay and refused.
        foreach (var packet in line.LeftSince(time))
            Send(to, packet, isAgain: true);
    }

    private Task<(ISession Session, IStream Stream)> CallAsync(HopAddress to)
    {
        var isOnion = to.Kind == HopAddressKind.Onion;
        var address = isOnion ? NodeAddress.Onion(OnionAddress.Of(to.Onion), to.OnionPort) : NodeAddress.Tcp(to.Endpoint.ToIPEndPoint());
        return ServiceCall.BeginAsync(ct => dialer.ConnectAsync([address], (X25519PublicKey?)null, ct), to.Takes, isOnion ? HostingLimits.OnionDialPatience : HostingLimits.DialPatience, time, _stopping.Token);
    }

    private async Task TalkAsync(ISession session, IStream stream, Line line)
    {
        using var link = new ServiceLink(session, stream, datagrams, static (_, _) => true, time);
        link.Write(new PingFrame(0));
        lock (_gate)
        {
            line.Link = link;
            while (line.Waiting.TryDequeue(out var packet))
                link.TrySend(packet.Span);
        }

        using var stop = _stopping.Token.Register(link.End);
        await link.RunAsync().ConfigureAwait(false);
    }

    private sealed class Line
    {
        private readonly Queue<(long At, ReadOnlyMemory<byte> Packet)> _left = new();

        public ServiceLink? Link { get; set; }

        public Queue<ReadOnlyMemory<byte>> Waiting { get; } = new();

        /// <summary>A packet leaves over the session.</summary>
        public void Left(long at, ReadOnlyMemory<byte> packet)
        {
            if (_left.Count >= HostingLimits.MaxSentAgain)
                _left.Dequeue();
            _left.Enqueue((at, packet));
        }

        /// <summary>What left just now.</summary>
        public IEnumerable<ReadOnlyMemory<byte>> LeftSince(TimeProvider time)
        {
            var now = time.GetTimestamp();
            return [.. _left.Where(one => time.GetElapsedTime(one.At, now) < HostingLimits.SentAgainTime).Select(static one => one.Packet)];
        }
    }
}
