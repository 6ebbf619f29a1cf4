using System.Buffers;
using Kith.Crypto;
using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Tests.Relay;

/// <summary>A whole session over UDP that begins through a relay, over real sockets on loopback.</summary>
public sealed class RelayedSessionTests : IAsyncLifetime
{
    private static readonly byte[] Handle = "handlehandlehand"u8.ToArray();
    private static readonly StreamKind Kind = new(9);
    private readonly CircuitNode _caller = new();
    private readonly CircuitNode _relay = new();
    private readonly CircuitNode _receiver = new();
    private readonly X25519PrivateKey _callersKey = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly X25519PrivateKey _receiversKey = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly UdpCarrier _calling;
    private readonly UdpCarrier _called;
    private IListener? _listener;

    public RelayedSessionTests()
    {
        _calling = new UdpCarrier(_caller.Port, new TransportIdentity(_callersKey, null, SystemRandom.Instance), TimeProvider.System);
        _called = new UdpCarrier(_receiver.Port, new TransportIdentity(_receiversKey, null, SystemRandom.Instance), TimeProvider.System);
    }

    public async ValueTask InitializeAsync()
    {
        _relay.Registered[Convert.ToHexString(Handle)] = new RelayRegistrant(_receiver.At, true);
        _receiver.Introducers.Add(_relay.At);
        _caller.Overlay.SetRelay(RelayConsent.Use);
        _relay.Overlay.SetRelay(RelayConsent.Serve);
        _receiver.Overlay.SetRelay(RelayConsent.Use);
        _listener = await _called.ListenAsync(_receiver.Port.LocalEndPoints[0], TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _calling.DisposeAsync();
        await _called.DisposeAsync();
        foreach (var node in new[] { _caller, _relay, _receiver })
            await node.DisposeAsync();
        _callersKey.Dispose();
        _receiversKey.Dispose();
    }

    [Fact]
    public async Task SessionThroughARelay_CarriesAMegabyteWhole()
    {
        var (here, there) = await ConnectAsync();
        Assert.Equal(PathKind.Relay, here.Path.Kind);
        Assert.Equal(PathKind.Relay, there.Path.Kind);
        var bytes = SystemRandom.Instance.NextBytes(1 << 20);
        Assert.Equal(bytes, await SendAsync(here, there, bytes));
        Assert.True(_relay.Overlay.View.Relay.BytesCarried > bytes.Length);
    }

    [Fact]
    public async Task RelayTurnedOffMidWay_SessionGoesOnDirectlyAndNothingIsLost()
    {
        var (here, there) = await ConnectAsync();
        var bytes = SystemRandom.Instance.NextBytes(1 << 20);
        var sending = SendAsync(here, there, bytes);
        // A direct way is found meanwhile, and the relay has enough.
        here.Probe(_receiver.At);
        while (here.Path.Kind != PathKind.Direct)
            await Task.Yield();
        _relay.Overlay.SetRelay(RelayConsent.Off);
        Assert.Equal(bytes, await sending);
        Assert.Equal(0, _relay.Overlay.View.Relay.Served);
        Assert.Equal(bytes, await SendAsync(here, there, bytes));
    }

    [Fact]
    public async Task RelayStoppedWithNoOtherWay_NothingMoreArrives_AndAProbeBringsItAllBack()
    {
        var (here, there) = await ConnectAsync();
        Assert.Equal([1, 2, 3], await SendAsync(here, there, [1, 2, 3]));
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        here.PathLost += lost.SetResult;
        await _relay.Overlay.DisposeAsync();
        _ = await _caller.EndedAsync();
        // The session is told: it waits for no timeouts.
        await lost.Task.WaitAsync(TestContext.Current.CancellationToken);
        var carried = _relay.Overlay.View.Relay.BytesCarried;
        var bytes = SystemRandom.Instance.NextBytes(100_000);
        var sending = SendAsync(here, there, bytes);
        Assert.Equal(carried, _relay.Overlay.View.Relay.BytesCarried);
        here.Probe(_receiver.At);
        Assert.Equal(bytes, await sending);
        Assert.Equal(carried, _relay.Overlay.View.Relay.BytesCarried);
    }

    [Theory]
    [InlineData("caller")]
    [InlineData("relay")]
    [InlineData("receiver")]
    public async Task ConsentTakenBackAndNoOtherWay_SessionEndsAtBothEnds(string who)
    {
        var (here, there) = await ConnectAsync();
        (who switch { "caller" => _caller, "relay" => _relay, _ => _receiver }).Overlay.SetRelay(RelayConsent.Off);
        Assert.Equal(SessionErrorCode.ConnectionLost, (await here.Closed.WaitAsync(TestContext.Current.CancellationToken)).Code);
        _ = await there.Closed.WaitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<byte[]> SendAsync(ISession from, ISession to, byte[] bytes)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var stream = await from.OpenStreamAsync(Kind, cancellation);
        var writing = WriteAsync(stream, bytes, cancellation);
        await foreach (var accepted in to.AcceptStreamsAsync(cancellation))
        {
            using var all = new MemoryStream();
            await accepted.Input.CopyToAsync(all, cancellation);
            await writing;
            return all.ToArray();
        }

        return [];
    }

    private static async Task WriteAsync(IStream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        foreach (var chunk in bytes.Chunk(32 * 1024))
        {
            stream.Output.Write(chunk);
            await stream.Output.FlushAsync(cancellationToken);
        }

        await stream.Output.CompleteAsync();
    }

    private async Task<(IUdpSession Here, ISession There)> ConnectAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var circuit = await _caller.Overlay.OpenCircuitAsync(_relay.At, Handle, cancellation);
        Assert.Equal(RelayRefusal.None, circuit.Refusal);
        await using var dial = _calling.Dial(_receiversKey.PublicKey);
        dial.Try(circuit.Path!.Value);
        var here = await dial.Session.WaitAsync(cancellation);
        var there = await _listener!.Sessions.ReadAsync(cancellation);
        Assert.Equal(_callersKey.PublicKey, there.RemoteKey);
        return (here, there);
    }
}
