using Kith.Overlay.Relay;
using Kith.Simulation.Network;

namespace Kith.Simulation.Relay;

/// <summary>The three consents in every combination, when the circuit is asked for and when each is taken back.</summary>
public class ConsentTests
{
    private static readonly byte[] Packet = [0xc0, 1, 2, 3];

    public static TheoryData<bool, bool, bool> All
    {
        get
        {
            var all = new TheoryData<bool, bool, bool>();
            for (var bits = 0; bits < 8; bits++)
                all.Add((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void CircuitThere_ExactlyWhenAllThreeAgree(bool sender, bool receiver, bool relay) => SimulationRun.Under(seed =>
    {
        var world = new RelayWorld(seed, LinkQuality.Bad);
        // What each did not agree to is the other half, so that no consent stands for another.
        var a = world.Add(sender ? RelayConsent.Use : RelayConsent.Serve, world.Network.AddNat(NatKind.Symmetric));
        var b = world.Add(receiver ? RelayConsent.Use : RelayConsent.Serve, world.Network.AddNat(NatKind.Symmetric));
        var r = world.Add(relay ? RelayConsent.Serve : RelayConsent.Use);
        var result = world.Open(a, r, world.Register(b, r));
        if (!(sender && receiver && relay))
        {
            Assert.Null(result.Path);
            Assert.Equal(!sender ? RelayRefusal.Off : !relay ? RelayRefusal.NotServing : RelayRefusal.NoConsent, result.Refusal);
            Assert.Empty(b.Core.Paths);
            Assert.Equal(0, r.Core.Relay.View.Served);
            return;
        }

        Assert.True(world.Network.RunUntil(() => b.Core.Paths.Count == 1, 10_000));
        var end = a.Core.Paths[result.Path!.Value];
        for (var i = 0; i < 20; i++)
        {
            a.Do((core, now) => core.Send(now, end, Packet));
            world.Network.Run(500);
        }

        Assert.InRange(b.Core.Received.Count, 10, 25);
        Assert.All(b.Core.Received, packet => Assert.Equal(Packet, packet));
    });

    [Theory]
    [InlineData(0, RelayConsent.Off)]
    [InlineData(0, RelayConsent.Serve)]
    [InlineData(1, RelayConsent.Off)]
    [InlineData(1, RelayConsent.Use)]
    [InlineData(2, RelayConsent.Off)]
    [InlineData(2, RelayConsent.Serve)]
    public void OneTakesItBackMidWay_NothingMoreGoesThrough(int who, RelayConsent left) => SimulationRun.Under(seed =>
    {
        var world = new RelayWorld(seed, LinkQuality.Perfect);
        var a = world.Add(RelayConsent.Both);
        var r = world.Add(RelayConsent.Both);
        var b = world.Add(RelayConsent.Both);
        var end = a.Core.Paths[world.Open(a, r, world.Register(b, r)).Path!.Value];
        a.Do((core, now) => core.Send(now, end, Packet));
        world.Network.Run(1_000);
        Assert.Single(b.Core.Received);

        new[] { a, r, b }[who].Do((core, _) => core.Relay.SetConsent(left));
        a.Do((core, now) => core.Send(now, end, Packet));
        world.Network.Run(1_000);
        Assert.Single(b.Core.Received);
        Assert.Empty(a.Core.Paths);
        Assert.Empty(b.Core.Paths);
        Assert.Equal(0, r.Core.Relay.View.Served);
        Assert.Equal([RelayRefusal.TurnedOff], a.Core.Ended);
        Assert.Equal([RelayRefusal.TurnedOff], b.Core.Ended);
    });
}
