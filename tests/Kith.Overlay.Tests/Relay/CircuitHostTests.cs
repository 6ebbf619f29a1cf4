using System.Net;
using System.Text;
using Kith.Crypto;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Transport;
using Kith.Transport.Tests.Udp;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Tests.Relay;

/// <summary>Circuits through a real relay, over real sockets on loopback.</summary>
public sealed class CircuitHostTests : IAsyncLifetime
{
    private static readonly byte[] Handle = "handlehandlehand"u8.ToArray();
    private readonly CircuitNode _caller = new();
    private readonly CircuitNode _relay = new();
    private readonly CircuitNode _receiver = new();

    public ValueTask InitializeAsync()
    {
        _relay.Registered[Convert.ToHexString(Handle)] = new RelayRegistrant(_receiver.At, true);
        _receiver.Introducers.Add(_relay.At);
        _caller.Overlay.SetRelay(RelayConsent.Use);
        _relay.Overlay.SetRelay(RelayConsent.Serve);
        _receiver.Overlay.SetRelay(RelayConsent.Use);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in new[] { _caller, _relay, _receiver })
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Circuit_IsAPathOfThePortAtBothEnds()
    {
        var path = await OpenAsync();
        Assert.True(UdpPort.IsVirtual(path));
        Assert.Equal(PathKind.Relay, _caller.Port.PathOf(path)?.Kind);
        Assert.True(_caller.Port.PathOf(path)!.MaxDatagram >= 1200);

        _caller.Port.Send(path, [0xc0, .. "hello"u8]);
        var (from, packet) = await _receiver.Taker.NextAsync();
        Assert.Equal("hello", Encoding.Latin1.GetString(packet)[1..]);
        Assert.Equal(PathKind.Relay, _receiver.Port.PathOf(from)?.Kind);
        _receiver.Port.Send(from, packet);
        var (back, answer) = await _caller.Taker.NextAsync();
        Assert.Equal(path, back);
        Assert.Equal(packet, answer);
        Assert.Equal(1, _relay.Overlay.View.Relay.Served);
        Assert.True(_relay.Overlay.View.Relay.BytesCarried > 0);
    }

    [Fact]
    public async Task RelayTurnsOff_PathsAreGoneAtOnceAndTheEndsAreTold()
    {
        var path = await OpenAsync();
        _relay.Overlay.SetRelay(RelayConsent.Off);
        Assert.Equal((path, RelayRefusal.TurnedOff), await _caller.EndedAsync());
        Assert.Equal(RelayRefusal.TurnedOff, (await _receiver.EndedAsync()).Why);
        Assert.Null(_caller.Port.PathOf(path));
        var again = await _caller.Overlay.OpenCircuitAsync(_relay.At, Handle, TestContext.Current.CancellationToken);
        Assert.Equal(RelayRefusal.NotServing, again.Refusal);
        Assert.Null(again.Path);
    }

    [Fact]
    public async Task CallerClosesTheCircuit_ReceiverIsTold()
    {
        var path = await OpenAsync();
        _caller.Overlay.CloseCircuit(path);
        Assert.Equal(RelayRefusal.None, (await _receiver.EndedAsync()).Why);
        Assert.Null(_caller.Port.PathOf(path));
    }

    [Fact]
    public async Task GivenUp_ThrowsAndLeavesNothing()
    {
        using var giveUp = new CancellationTokenSource();
        var opening = _caller.Overlay.OpenCircuitAsync(Endpoint.FromIPv4(0x7F00_0001, 9), Handle, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.Equal(0, _caller.Overlay.View.Relay.Used);
    }

    [Fact]
    public async Task OverlayStopsWhileOpening_Refuses()
    {
        var opening = _caller.Overlay.OpenCircuitAsync(Endpoint.FromIPv4(0x7F00_0001, 9), Handle, TestContext.Current.CancellationToken);
        await _caller.Overlay.DisposeAsync();
        Assert.Null((await opening).Path);
        Assert.Equal(RelayRefusal.Off, (await _caller.Overlay.OpenCircuitAsync(_relay.At, Handle, TestContext.Current.CancellationToken)).Refusal);
    }

    [Fact]
    public async Task HandleOfAnotherLength_IsMisuse() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _caller.Overlay.OpenCircuitAsync(_relay.At, new byte[15], TestContext.Current.CancellationToken));

    // The receiver's end is there once its first packet would arrive: it is opened before the caller is told.
    private async Task<Endpoint> OpenAsync()
    {
        var result = await _caller.Overlay.OpenCircuitAsync(_relay.At, Handle, TestContext.Current.CancellationToken);
        Assert.Equal(RelayRefusal.None, result.Refusal);
        while (_receiver.Overlay.View.Relay.Used == 0)
            await Task.Yield();
        return result.Path!.Value;
    }
}
