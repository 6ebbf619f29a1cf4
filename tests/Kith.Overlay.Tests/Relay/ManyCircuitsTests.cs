using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Tests.Relay;

/// <summary>A real relay on loopback with as much to do as it may have, and more.</summary>
public sealed class ManyCircuitsTests : IAsyncLifetime
{
    private const int Circuits = 200;
    private const int Callers = 4;
    private const int Receivers = 7;

    private readonly CircuitNode _relay = new();
    private readonly CircuitNode _other = new();
    private readonly List<CircuitNode> _callers = [.. Enumerable.Range(0, Callers).Select(_ => new CircuitNode())];
    private readonly List<CircuitNode> _receivers = [.. Enumerable.Range(0, Receivers).Select(_ => new CircuitNode())];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _relay.Overlay.SetRelay(RelayConsent.Serve);
        _other.Overlay.SetRelay(RelayConsent.Serve);
        foreach (var caller in _callers)
            caller.Overlay.SetRelay(RelayConsent.Use);
        foreach (var (receiver, i) in _receivers.Select((receiver, i) => (receiver, i)))
        {
            receiver.Overlay.SetRelay(RelayConsent.Use);
            foreach (var relay in new[] { _relay, _other })
            {
                relay.Registered[Convert.ToHexString(Handle(i).ToArray())] = new RelayRegistrant(receiver.At, true);
                receiver.Introducers.Add(relay.At);
            }
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _callers.Concat(_receivers).Append(_relay).Append(_other))
            await node.DisposeAsync();
    }

    [Fact]
    public async Task TwoHundredAtOnce_EachCarriesBothWays_AndOverALimitItIsSaidWhyAndAnotherRelayCarries()
    {
        var opened = new List<(CircuitNode Caller, CircuitNode Receiver, Endpoint Path)>();
        // One to each receiver at a time: of those being opened a receiver has few.
        for (var i = 0; i < Circuits; i += Receivers)
        {
            var turn = Enumerable.Range(i, Math.Min(Receivers, Circuits - i)).Select(number => OpenAsync(_callers[number % Callers], number % Receivers)).ToList();
            opened.AddRange(await Task.WhenAll(turn));
        }

        Assert.Equal(Circuits, _relay.Overlay.View.Relay.Served);
        foreach (var (caller, receiver, path) in opened)
            await EchoAsync(caller, receiver, path);
        Assert.Equal(Circuits, _relay.Overlay.View.Relay.Served);

        // The first receiver has as many as it may from here on.
        while (_relay.Overlay.View.Relay.Served < Circuits + RelayLimits.MaxPerRegistrant - ((Circuits + Receivers - 1) / Receivers))
            opened.Add(await OpenAsync(_callers[0], 0));
        var refused = await _callers[0].Overlay.OpenCircuitAsync(_relay.At, Handle(0).ToArray(), Cancellation);
        Assert.Null(refused.Path);
        Assert.Equal(RelayRefusal.Registrant, refused.Refusal);
        Assert.Equal(1, _relay.Overlay.View.Relay.Refused[RelayRefusal.Registrant]);

        var around = new Circuits(_callers[0].Overlay, TimeProvider.System);
        Endpoint? other = null;
        await around.OpenAsync([(_relay.At, Handle(0)), (_other.At, Handle(0))], path => other = path, Cancellation);
        Assert.Equal(RelayRefusal.Registrant, around.Refusal);
        await EchoAsync(_callers[0], _receivers[0], Assert.NotNull(other));
        Assert.Equal(1, _other.Overlay.View.Relay.Served);
    }

    private static NodeHandle Handle(int receiver) => NodeHandle.TryRead([.. "handlehandlehan"u8, (byte)receiver], out var handle) ? handle : throw new InvalidOperationException();

    private async Task<(CircuitNode Caller, CircuitNode Receiver, Endpoint Path)> OpenAsync(CircuitNode caller, int receiver)
    {
        var result = await caller.Overlay.OpenCircuitAsync(_relay.At, Handle(receiver).ToArray(), Cancellation);
        Assert.Equal(RelayRefusal.None, result.Refusal);
        return (caller, _receivers[receiver], result.Path!.Value);
    }

    // There and back.
    private static async Task EchoAsync(CircuitNode caller, CircuitNode receiver, Endpoint path)
    {
        byte[] packet = [0xc0, .. "hello"u8];
        caller.Port.Send(path, packet);
        var (from, arrived) = await receiver.Taker.NextAsync();
        Assert.Equal(packet, arrived);
        receiver.Port.Send(from, arrived);
        var (back, answer) = await caller.Taker.NextAsync();
        Assert.Equal(path, back);
        Assert.Equal(packet, answer);
    }
}
