using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Connections;
using Kith.Wire;

namespace Kith.Simulation.Connections;

/// <summary>What happens to a session when its ways change (RFC 9000 section 9): nothing is lost, and nothing comes twice.</summary>
public sealed class PathTests
{
    private const long Minute = 60_000;
    private const long Bytes = 3_000_000;

    private static readonly LinkQuality Link = new(20, 20) { Loss = 0.01 };

    [Fact]
    public void NatForgetsItsMappings_TheSessionGoesOn() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link, nat: NatKind.PortRestricted);
        world.Open();
        world.Transfer(world.Caller, Bytes);
        world.Transfer(world.Called, Bytes);
        for (var i = 0; i < 3; i++)
        {
            world.Network.Run(400);
            var other = world.Network.AddNat(NatKind.Symmetric);
            world.Caller.Move(world.Network.Addresses.NextPrivate(), other);
        }

        Finish(world);
        Assert.InRange(world.Called.Core.PathChanges, 3, 6);
    });

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void CallerMovesAgainAndAgain_TheSessionGoesOn(double loss) => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, new LinkQuality(20, 100) { Loss = loss });
        world.Open();
        world.Transfer(world.Caller, Bytes);
        world.Transfer(world.Called, Bytes);
        for (var i = 0; i < 25; i++)
        {
            world.Network.Run(300);
            world.Caller.Move(world.Network.Addresses.NextPublic());
        }

        Finish(world);
    });

    [Fact]
    public void CalledMoves_TheCallerFindsItOrIsTold() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        world.Open();
        world.Transfer(world.Caller, Bytes);
        world.Network.Run(300);
        world.Called.Move(world.Network.Addresses.NextPublic());
        // By what the called node still sends from there, or, when it has nothing to say, by whoever is told that the path is lost.
        Assert.True(world.Network.RunUntil(() => world.Caller.Core.PathLosses > 0 || world.Caller.Core.Core.Path == world.Called.Address, 5_000), "nobody noticed");
        if (world.Caller.Core.PathLosses > 0)
            world.Caller.Do((node, _) => node.Do((core, now) => core.Probe(now, world.Called.Address)));
        Finish(world, backwards: false);
        Assert.Equal(world.Called.Address, world.Caller.Core.Core.Path);
        Assert.InRange(world.Caller.Core.PathLosses, 0, 1);
    });

    [Fact]
    public void RelayFirst_ThenTheDirectPathTakesOver() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        var relay = AddRelay(world);
        world.Open(at: relay.Address);
        world.Transfer(world.Caller, Bytes);
        world.Transfer(world.Called, Bytes);
        world.Network.Run(500);
        Assert.Equal(relay.Address, world.Caller.Core.Core.Path);
        world.Caller.Do((node, _) => node.Do((core, now) => core.Probe(now, world.Called.Address)));
        Assert.True(world.Network.RunUntil(() => world.Caller.Core.Validated.Contains(world.Called.Address), 2_000), "the direct path did not prove itself");
        world.Caller.Do((node, _) => node.Do((core, now) => core.Migrate(now, world.Called.Address)));
        world.Network.Run(1_000);
        var carried = relay.Core.Carried;
        Finish(world);
        Assert.Equal(world.Called.Address, world.Caller.Core.Core.Path);
        Assert.Equal(world.Caller.Address, world.Called.Core.Core.Path);
        Assert.InRange(relay.Core.Carried - carried, 0, 20);
    });

    [Fact]
    public void DirectPathDies_TheRelayTakesOver() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        var relay = AddRelay(world);
        world.Open();
        world.Caller.Do((node, _) => node.Do((core, now) => core.Probe(now, relay.Address)));
        Assert.True(world.Network.RunUntil(() => world.Caller.Core.Validated.Contains(relay.Address), 2_000));
        world.Transfer(world.Caller, Bytes);
        world.Transfer(world.Called, Bytes);
        world.Network.Run(300);
        world.Network.QualityOf = (from, to) => to == world.Called.Address && from != relay || to == world.Caller.Address && from != relay ? Link with { Loss = 1 } : null;
        var died = world.Network.Now;
        Assert.True(world.Network.RunUntil(() => world.Caller.Core.Core.Path == relay.Address, 3_000), "the caller stayed on the dead path");
        Assert.InRange(world.Network.Now - died, 100, 2_000);
        Finish(world);
        Assert.Equal(0, world.Caller.Core.PathLosses);
    });

    [Fact]
    public void PathBackAfterASilence_TheSessionGoesOn() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        world.Open();
        world.Transfer(world.Caller, Bytes);
        world.Transfer(world.Called, Bytes);
        world.Network.Run(300);
        world.Network.Quality = Link with { Loss = 1 };
        world.Network.Run(30_000);
        world.Network.Quality = Link;
        var back = world.Network.Now;
        var before = world.Called.Core.Incoming[0].Count;
        Assert.True(world.Network.RunUntil(() => world.Called.Core.Incoming[0].Count > before, 12_000), "nothing came any more");
        Assert.InRange(world.Network.Now - back, 20, 10_100);
        Finish(world);
    });

    [Fact]
    public void DirectPathThatFlaps_BytesStillArriveOnce() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        var relay = AddRelay(world);
        world.Open(at: relay.Address);
        world.Transfer(world.Caller, Bytes);
        world.Transfer(world.Called, Bytes);
        for (var i = 0; i < 20; i++)
        {
            var to = i % 2 == 0 ? world.Called.Address : relay.Address;
            world.Caller.Do((node, _) => node.Do((core, now) =>
            {
                core.Probe(now, to);
                core.Migrate(now, to);
            }));
            world.Network.Run(150);
        }

        Finish(world);
    });

    [Fact]
    public void PacketCopiedToAnotherAddress_TheTruePathWins() => SimulationRun.Under(seed =>
    {
        // RFC 9000 section 9.3.3: somebody on the way sends a fresh packet on from an address of his own, ahead of the true one.
        using var world = new ConnectionWorld(seed, new LinkQuality(20, 20));
        world.Open();
        var thief = world.Network.Add(_ => new SilentCore());
        world.Transfer(world.Caller, Bytes);
        world.Transfer(world.Called, Bytes);
        var stolen = 0;
        world.Network.Watch = (from, to, datagram) =>
        {
            if (from != world.Caller || to != world.Called.Address || stolen >= 5 || world.Network.Now % 7 != 0)
                return;
            stolen++;
            thief.Send(to, datagram);
        };
        Finish(world);
        Assert.Equal(5, stolen);
        Assert.Equal(world.Caller.Address, world.Called.Core.Core.Path);
        Assert.Empty(world.Called.Core.Ends);
    });

    private static SimulatedNode<RelayCore> AddRelay(ConnectionWorld world) =>
        world.Network.Add(node => new RelayCore(node, () => world.Caller.Address, () => world.Called.Address));

    private static void Finish(ConnectionWorld world, bool backwards = true)
    {
        world.RunUntilWhole(world.Called, 1, Bytes, 5 * Minute);
        if (backwards)
            world.RunUntilWhole(world.Caller, 1, Bytes, 5 * Minute);
        Assert.True(world.Network.RunUntil(() => world.Caller.Core.Core.StreamCount == 0 && world.Called.Core.Core.StreamCount == 0, Minute), "streams are left over");
        Assert.Empty(world.Caller.Core.Ends);
        Assert.InRange(world.Caller.Core.Core.Paths.Count, 1, ConnectionLimits.MaxPaths);
        Assert.InRange(world.Called.Core.Core.Paths.Count, 1, ConnectionLimits.MaxPaths);
    }
}
