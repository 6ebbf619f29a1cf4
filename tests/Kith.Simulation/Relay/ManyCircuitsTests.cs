using Kith.Overlay.Relay;
using Kith.Simulation.Network;

namespace Kith.Simulation.Relay;

/// <summary>A relay with much to do, and NATs that forget.</summary>
public class ManyCircuitsTests
{
    private const int Circuits = 200;
    private static readonly byte[] Packet = [0x40, .. new byte[400]];

    [Fact]
    public void TwoHundredAtOnce_AllCarriedBothWays() => SimulationRun.Under(seed =>
    {
        var world = new RelayWorld(seed, LinkQuality.Perfect);
        var relay = world.Add(RelayConsent.Serve);
        var handles = new List<byte[]>();
        var pairs = new List<(SimulatedNode<RelayNodeCore> Caller, SimulatedNode<RelayNodeCore> Receiver)>();
        for (var i = 0; i < Circuits; i++)
        {
            pairs.Add((world.Add(RelayConsent.Use), world.Add(RelayConsent.Use)));
            handles.Add(world.Register(pairs[i].Receiver, relay));
        }

        var results = new List<CircuitResult>();
        for (var i = 0; i < Circuits; i++)
        {
            RelayWorld.Ask(pairs[i].Caller, relay, handles[i], results.Add);
            world.Network.Run(20);
        }

        world.Network.Run(5_000);
        Assert.Equal(Circuits, results.Count(result => result.Path is not null));
        Assert.Equal(Circuits, relay.Core.Relay.View.Served);
        for (var round = 0; round < 10; round++)
        {
            foreach (var (caller, receiver) in pairs)
            {
                caller.Do((core, now) => core.Send(now, core.Paths.Values.Single(), Packet));
                receiver.Do((core, now) => core.Send(now, core.Paths.Values.Single(), Packet));
            }

            world.Network.Run(20_000);
        }

        Assert.All(pairs, pair => Assert.Equal((10, 10), (pair.Caller.Core.Received.Count, pair.Receiver.Core.Received.Count)));
    });

    [Fact]
    public void NatThatRestarts_IsFollowed() => SimulationRun.Under(seed =>
    {
        var world = new RelayWorld(seed, LinkQuality.Internet);
        var nat = world.Network.AddNat(NatKind.Symmetric);
        var caller = world.Add(RelayConsent.Use, nat);
        var receiver = world.Add(RelayConsent.Use);
        var relay = world.Add(RelayConsent.Serve);
        var end = caller.Core.Paths[world.Open(caller, relay, world.Register(receiver, relay)).Path!.Value];
        world.Network.Run(2_000);
        nat.Restart();
        for (var i = 0; i < 20; i++)
        {
            caller.Do((core, now) => core.Send(now, end, Packet));
            receiver.Do((core, now) => core.Send(now, core.Paths.Values.Single(), Packet));
            world.Network.Run(1_000);
        }

        // One packet or two until the relay has said that it comes from elsewhere, and one in a hundred lost each way.
        Assert.InRange(receiver.Core.Received.Count, 15, 20);
        Assert.InRange(caller.Core.Received.Count, 15, 20);
        Assert.Empty(caller.Core.Ended);
    });

    [Fact]
    public void NatThatForgetsAfterThirtySeconds_IsKeptAwake() => SimulationRun.Under(seed =>
    {
        var world = new RelayWorld(seed, LinkQuality.Perfect);
        var caller = world.Add(RelayConsent.Use, world.Network.AddNat(NatKind.PortRestricted));
        var receiver = world.Add(RelayConsent.Use);
        var relay = world.Add(RelayConsent.Serve);
        _ = world.Open(caller, relay, world.Register(receiver, relay));
        world.Network.Run(50_000);
        receiver.Do((core, now) => core.Send(now, core.Paths.Values.Single(), Packet));
        world.Network.Run(1_000);
        Assert.Single(caller.Core.Received);
    });
}
