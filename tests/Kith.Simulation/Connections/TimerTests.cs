using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Connections;

namespace Kith.Simulation.Connections;

/// <summary>Exact times under the virtual clock, on a path of 20 ms there and 20 back.</summary>
public sealed class TimerTests
{
    private static readonly LinkQuality Link = new(20, 20);

    [Fact]
    public void NobodySpeaks_APingEveryFifteenSecondsKeepsTheSession() => SimulationRun.Under(seed =>
    {
        using var world = OpenAndSettle(seed);
        var sends = new List<long>();
        world.Network.Watch = (from, _, _) =>
        {
            if (from == world.Caller)
                sends.Add(world.Network.Now);
        };
        world.Network.Run(10 * 60_000);
        Assert.Empty(world.Caller.Core.Ends);
        Assert.Empty(world.Called.Core.Ends);
        // Never silent for longer than the keep-alive, and little more than that: an idle session costs next to nothing.
        Assert.All(sends.Zip(sends.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0, 15_000));
        Assert.InRange(sends.Count, 40, 140);
    });

    [Fact]
    public void OtherSideGone_EndsFortyFiveSecondsAfterItsLastPacket() => SimulationRun.Under(seed =>
    {
        using var world = OpenAndSettle(seed);
        world.Network.Run(60_000);
        var last = world.Caller.Core.Core.LastReceived;
        world.Called.Leave();
        var lastSeen = TimeSpan.Zero;
        Assert.True(world.Network.RunUntil(
            () =>
            {
                if (world.Caller.Core.Connections.Count == 0)
                    return true;
                lastSeen = world.Caller.Core.Core.LastReceived;
                return false;
            },
            120_000));
        Assert.InRange(lastSeen, last, last + TimeSpan.FromSeconds(1));
        Assert.InRange(world.Caller.Core.Now - lastSeen - SessionLimits.DeadAfter, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.Equal(SessionErrorCode.TimedOut, world.Caller.Core.Ends[0].Code);
        Assert.InRange(world.Caller.Core.PathLosses, 1, 1);
    });

    [Fact]
    public void NoAnswer_ProbesComeTwiceAsLateEachTime() => SimulationRun.Under(seed =>
    {
        // RFC 9002 section 6.2.1.
        using var world = OpenAndSettle(seed);
        world.Transfer(world.Caller, 100_000);
        world.Network.Run(5_000);
        var timeout = world.Caller.Core.Core.RoundTripTime!.Value;
        world.Network.Quality = Link with { Loss = 1 };
        world.Transfer(world.Caller, 100);
        var start = world.Network.Now;
        var sends = new List<long>();
        world.Network.Watch = (from, _, datagram) =>
        {
            if (from == world.Caller && datagram.Length < 1000)
                sends.Add(world.Network.Now - start);
        };
        world.Network.Run(44_000);
        var waits = Waits(sends);
        Assert.InRange(waits[0], timeout.TotalMilliseconds, timeout.TotalMilliseconds + 200);
        for (var i = 1; i < 6; i++)
            Assert.InRange(waits[i], (2 * waits[i - 1]) - 3, (2 * waits[i - 1]) + 3);
        Assert.All(waits, wait => Assert.InRange(wait, 0, 10_001));
    });

    [Fact]
    public void NobodyAnswersTheCall_ItEndsAfterTenSeconds() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link with { Loss = 1 });
        var sends = new List<long>();
        var start = world.Network.Now;
        world.Network.Watch = (_, _, datagram) =>
        {
            Assert.Equal(ConnectionLimits.MinInitialDatagram, datagram.Length);
            sends.Add(world.Network.Now - start);
        };
        world.Caller.Do((node, _) => node.Dial(world.Called.Core.Key.PublicKey, world.Called.Address));
        world.Network.Run(30_000);
        Assert.Equal(SessionErrorCode.Unreachable, world.Caller.Core.Ends[0].Code);
        Assert.InRange(sends[^1], 2_000, 10_000);
        Assert.InRange(sends.Count, 5, 9);
    });

    [Fact]
    public void CallerVanishesInTheHandshake_TheHalfOpenConnectionGoes() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        world.Caller.Do((node, _) => node.Dial(world.Called.Core.Key.PublicKey, world.Called.Address));
        world.Caller.Leave();
        world.Network.Run(100);
        Assert.Equal(1, world.Called.Core.Table.Pending);
        world.Network.Run(10_000);
        Assert.Equal(0, world.Called.Core.Table.Pending);
        Assert.Empty(world.Called.Core.Connections);
        Assert.False(world.Called.Core.IsEstablished);
    });

    private static ConnectionWorld OpenAndSettle(ulong seed)
    {
        var world = new ConnectionWorld(seed, Link);
        world.Open();
        world.Network.Run(20_000);
        return world;
    }

    private static List<double> Waits(List<long> sends)
    {
        var rounds = sends.Distinct().ToList();
        return [.. rounds.Zip(rounds.Skip(1)).Select(pair => (double)(pair.Second - pair.First))];
    }
}
