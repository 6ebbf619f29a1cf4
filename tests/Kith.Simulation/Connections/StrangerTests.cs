using Kith.Simulation.Network;
using Kith.Transport;

namespace Kith.Simulation.Connections;

/// <summary>Strangers without keys, and a peer that has lost its own: sessions go on, or end with a code.</summary>
public sealed class StrangerTests
{
    [Fact]
    public void StrangerFlipsBitsAndCuts_TheSessionGoesOn() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, HostileWorld.Link);
        world.Open();
        var stranger = world.Network.Add(_ => new SilentCore());
        world.Transfer(world.Caller, 500_000);
        world.Transfer(world.Called, 500_000);
        var random = new SimulatedRandom(seed);
        var forged = 0;
        world.Network.Watch = (from, to, datagram) =>
        {
            if (from == stranger)
                return;
            var bytes = datagram.ToArray();
            var size = random.NextBelow(4) == 0 ? random.NextBelow(bytes.Length) : bytes.Length;
            if (size == bytes.Length)
                bytes[random.NextBelow(size)] ^= (byte)(1 << random.NextBelow(8));
            stranger.Send(to, bytes.AsSpan(0, size));
            forged++;
        };
        world.RunUntilWhole(world.Called, 1, 500_000, 60_000);
        world.RunUntilWhole(world.Caller, 1, 500_000, 60_000);
        Assert.InRange(forged, 500, int.MaxValue);
        Assert.Equal(world.Caller.Address, world.Called.Core.Core.Path);
        Assert.Single(world.Called.Core.Core.Paths);
    });

    [Fact]
    public void StrangerSendsResets_TheSessionGoesOn() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, HostileWorld.Link);
        world.Open();
        var stranger = world.Network.Add(_ => new SilentCore());
        for (var i = 0; i < 1_000; i++)
        {
            var reset = new byte[21 + world.Network.Random.NextBelow(30)];
            world.Network.Random.Fill(reset);
            reset[0] = (byte)(0x40 | (reset[0] & 0x1f));
            stranger.Send(world.Called.Address, reset);
        }

        world.Transfer(world.Caller, 10_000);
        world.RunUntilWhole(world.Called, 1, 10_000, 60_000);
        // Those for nobody are answered with resets that are shorter, and not without end.
        Assert.InRange(world.Called.Core.Table.Counters.ResetsSent, 0, 100);
    });

    [Fact]
    public void OtherSideForgotEverything_ItsResetEndsTheSession() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, HostileWorld.Link);
        world.Open();
        world.Network.Run(2_000);
        world.Called.Core.Table.Forget(world.Called.Core.Core);
        var start = world.Network.Now;
        world.Transfer(world.Caller, 1000);
        Assert.True(world.Network.RunUntil(() => world.Caller.Core.Ends.Count > 0, 60_000));
        Assert.Equal(SessionErrorCode.ConnectionLost, world.Caller.Core.Ends[0].Code);
        Assert.InRange(world.Network.Now - start, 10, 1_000);
    });

    [Fact]
    public void InitialsFromManyAddresses_AreAskedForCookies() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, HostileWorld.Link);
        for (var i = 0; i < 500; i++)
        {
            var peer = world.Network.Add(node => new HostilePeer(node, world.Called.Core, world.Called.Address));
            peer.Core.Call();
        }

        world.Network.Run(50);
        Assert.InRange(world.Called.Core.Table.Pending, 1, 100);
        Assert.InRange(world.Called.Core.Table.Counters.CookiesAsked, 300, 500);
        // Whoever answers the cookie still gets through, once there is room.
        world.Open();
    });
}
