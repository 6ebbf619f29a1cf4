using System.Net;
using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Interop.Tests.Dht;

/// <summary>A node of ours on a real port on loopback.</summary>
internal sealed class KithDhtNode : IDatagramTaker, IDatagramSink, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly Lock _lock = new();
    private readonly UdpPort _port;
    private readonly DhtCore _core;
    private readonly Timer _timer;

    public KithDhtNode()
    {
        _port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        _core = new DhtCore(new DhtOptions { Networks = OwnNetworks.Loopback }, this, SystemRandom.Instance);
        _port.Register((byte)'d', this);
        _port.Start();
        _timer = new Timer(_ => Tick(), null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
    }

    public ushort Port => (ushort)_port.Port;

    public int Known => Do((core, _) => core.Table.Count);

    public int StoredItems => Do((core, _) => core.StoredItems);

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    public void Take(Endpoint from, ReadOnlySpan<byte> datagram)
    {
        lock (_lock)
            _core.Receive(Now, from, datagram);
    }

    public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => _port.Send(to, datagram);

    public Task<PingResult> PingAsync(ushort port) =>
        RunAsync<PingResult>((core, now, done) => core.Ping(now, Endpoint.FromIPv4(0x7F00_0001, port), done));

    public Task<PutResult> PutAsync(DhtItem item, long? cas = null) => RunAsync<PutResult>((core, now, done) => core.Put(now, item, cas, done));

    public Task<GetProgress> GetAsync(DhtTarget target) => RunAsync<GetProgress>((core, now, done) => core.Get(now, target, progress =>
    {
        if (progress.IsFinished)
            done(progress);
    }));

    public Task<PutResult> AnnounceAsync(NodeId hash, ushort port) => RunAsync<PutResult>((core, now, done) => core.Announce(now, hash, port, done));

    public Task<PeersProgress> GetPeersAsync(NodeId hash) => RunAsync<PeersProgress>((core, now, done) => core.GetPeers(now, hash, progress =>
    {
        if (progress.IsFinished)
            done(progress);
    }));

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _port.DisposeAsync();
    }

    private T Do<T>(Func<DhtCore, long, T> work)
    {
        lock (_lock)
            return work(_core, Now);
    }

    private Task<T> RunAsync<T>(Action<DhtCore, long, Action<T>> start)
    {
        var end = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            start(_core, Now, end.SetResult);
        return end.Task.WaitAsync(Patience);
    }

    private void Tick()
    {
        lock (_lock)
        {
            var now = Now;
            if (_core.NextDeadline <= now)
                _core.Tick(now);
        }
    }
}
