using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using Kith.Crypto;
using Kith.Transport.Tests.Dialing;
using Kith.Transport.Tests.Udp;
using Kith.Transport.Tunnels;
using Kith.Transport.Udp;

namespace Kith.Transport.Tests.Tunnels;

/// <summary>How many tunnels a node takes, from whom, and how much of each; under a clock that stands unless it is told to go.</summary>
public sealed class TunnelServerTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private readonly UdpPort _port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
    private readonly RecordingTaker _taker = new();
    private readonly TunnelServer _server;

    public TunnelServerTests()
    {
        _port.Register((byte)'d', _taker);
        _server = new TunnelServer(_port, _clock);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _port.DisposeAsync();
    }

    [Fact]
    public async Task OneNetwork_GetsItsShareAndItsPlacesBack()
    {
        var calls = Enumerable.Range(1, TunnelLimits.MaxPerPrefix).Select(host => new Call($"203.0.113.{host}")).ToList();
        Assert.All(calls, call => Assert.True(call.Ask(_server)));
        Assert.False(new Call("203.0.113.200").Ask(_server));
        Assert.False(new Call("::ffff:203.0.113.201").Ask(_server));
        Assert.True(new Call("203.0.114.1").Ask(_server));
        Assert.True(new Call("2a00:1:2:3::1").Ask(_server));
        Assert.Equal(2, _server.Refused);

        await calls[0].EndAsync();
        while (_server.Count == TunnelLimits.MaxPerPrefix + 2)
            await Task.Yield();
        Assert.True(new Call("203.0.113.200").Ask(_server));
    }

    [Fact]
    public void InAll_SoManyAndNoMore()
    {
        for (var i = 0; i < TunnelLimits.MaxTunnels; i++)
            Assert.True(new Call($"198.51.{i}.1").Ask(_server));
        Assert.False(new Call("192.0.2.1").Ask(_server));
    }

    [Fact]
    public async Task Stopped_TakesNoneAndHasEndedAll()
    {
        var call = new Call("192.0.2.1");
        Assert.True(call.Ask(_server));
        await _server.DisposeAsync();
        Assert.Equal(SessionErrorCode.ShuttingDown, (await call.Session.Closed).Code);
        Assert.False(new Call("192.0.2.2").Ask(_server));
    }

    [Fact]
    public async Task OneThatFloods_IsCutToItsShare()
    {
        var call = new Call("192.0.2.1");
        Assert.True(call.Ask(_server));
        const int Sent = 3 * TunnelLimits.DatagramsPerSecond;
        for (var i = 0; i < Sent; i++)
            await call.SendAsync("d"u8.ToArray());
        await call.EndAsync();
        _ = await call.Session.Closed;
        Assert.Equal(2 * TunnelLimits.DatagramsPerSecond, _taker.Count);
    }

    [Fact]
    public async Task NothingForLong_Ends()
    {
        var call = new Call("192.0.2.1");
        Assert.True(call.Ask(_server));
        await _clock.UntilArmedAsync();
        _clock.Advance(TunnelLimits.IdleTime);
        _ = await call.Session.Closed;
    }

    /// <summary>A session of somebody at an address, and the stream on it.</summary>
    private sealed class Call : IStream
    {
        private readonly Pipe _toServer = new(new PipeOptions(pauseWriterThreshold: 0));
        private readonly Pipe _fromServer = new(new PipeOptions(pauseWriterThreshold: 0));

        public Call(string address)
        {
            using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
            Session = new FakeSession(key.PublicKey, isInitiator: false) { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4000) };
        }

        public FakeSession Session { get; }

        public long Id => 0;

        public StreamKind Kind => TunnelLimits.StreamKind;

        public PipeReader Input => _toServer.Reader;

        public PipeWriter Output => _fromServer.Writer;

        public bool Ask(TunnelServer server) => server.TryTake(Session, this);

        public async Task SendAsync(byte[] datagram)
        {
            var framed = new byte[TunnelLimits.PrefixSize + datagram.Length];
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)datagram.Length);
            datagram.CopyTo(framed, TunnelLimits.PrefixSize);
            await _toServer.Writer.WriteAsync(framed);
        }

        public async Task EndAsync() => await _toServer.Writer.CompleteAsync();

        public void Reset(ulong code) => _toServer.Writer.Complete(new StreamException(code, byRemote: true));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
