using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Connections;

namespace Kith.Simulation.Connections;

/// <summary>Whole connections over bad networks: every byte arrives once and in order (docs/protocol/udp.md).</summary>
public sealed class TransferTests
{
    private const long Minute = 60_000;
    private const int TakenAhead = 64 * 1024; // from the pipe, before the window is looked at

    /// <summary>Loss in hundredths and the delay one way in milliseconds.</summary>
    public static TheoryData<int, int> Networks => new()
    {
        { 0, 1 }, { 0, 150 }, { 0, 500 }, { 1, 20 }, { 1, 500 }, { 5, 50 }, { 10, 5 }, { 10, 150 }, { 30, 10 }, { 30, 100 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Loss_EveryByteArrivesOnceAndInOrder(int loss, int delay) => SimulationRun.Under(seed =>
        Transfer(seed ^ (ulong)((loss * 1000) + delay), new LinkQuality(delay, delay) { Loss = loss / 100.0 }));

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(30)]
    public void LossReorderingDuplicationJitter_EveryByteArrivesOnceAndInOrder(int loss) => SimulationRun.Under(seed =>
        Transfer(seed, new LinkQuality(10, 80) { Loss = loss / 100.0, Jitter = 10, Reordering = 0.1, HeldBack = 100, Duplication = 0.05 }));

    [Fact]
    public void Reordering_CostsLittle() => SimulationRun.Under(seed =>
    {
        // One packet in a hundred comes up to 30 ms late on a path of 20 ms: what was counted as lost is sent again, but nothing stalls.
        using var world = new ConnectionWorld(seed, new LinkQuality(20, 20) { Reordering = 0.01, HeldBack = 30 });
        world.Open();
        world.Transfer(world.Caller, 2_000_000);
        world.RunUntilWhole(world.Called, 1, 2_000_000, Minute);
        Assert.InRange(world.Network.Counters.BytesSent, 2_000_000, 3_200_000);
    });

    [Theory]
    [InlineData(0, 3_000)]
    [InlineData(1, 45_000)] // RFC 9438 section 4.3 and RFC 5681: about 13 datagrams a round trip, so 190 kB/s
    public void LongFastPath_IsFilled(int loss, long within) => SimulationRun.Under(seed =>
    {
        // 4 MB over 100 ms both ways: slow start from ten datagrams takes about nine round trips when nothing is lost.
        using var world = new ConnectionWorld(seed, new LinkQuality(50, 50) { Loss = loss / 100.0 });
        world.Open();
        world.Transfer(world.Caller, 4_000_000);
        world.RunUntilWhole(world.Called, 1, 4_000_000, within);
    });

    [Fact]
    public void ManyStreamsBothWays_AllArrive() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, LinkQuality.Bad);
        world.Open(knowsKey: false, within: 60_000);
        for (var i = 0; i < 20; i++)
        {
            world.Transfer(world.Caller, 20_000);
            world.Transfer(world.Called, 20_000);
        }

        world.RunUntilWhole(world.Called, 20, 20_000, 5 * Minute);
        world.RunUntilWhole(world.Caller, 20, 20_000, 5 * Minute);
        Quiet(world);
    });

    [Fact]
    public void ManyStreamsOneAfterTheOther_NothingIsLeft() => SimulationRun.Under(seed =>
    {
        var rounds = SimulationRun.IsFull ? 5000 : 300;
        using var world = new ConnectionWorld(seed, new LinkQuality(5, 5) { Loss = 0.05 });
        world.Open();
        for (var i = 0; i < rounds; i++)
        {
            var expected = i + 1;
            var isOpen = false;
            Assert.True(world.Network.RunUntil(
                () =>
                {
                    if (!isOpen)
                        world.Caller.Do((node, _) => isOpen = node.TryTransfer(500));
                    return isOpen;
                },
                Minute), "no stream is allowed");
            if (i % 10 == 9)
                Assert.True(world.Network.RunUntil(() => world.Called.Core.Incoming.Count(one => one.IsEnded) == expected, Minute), $"stream {i} did not end");
        }

        Quiet(world);
    });

    [Fact]
    public void NobodyReads_TheSenderWaitsAndGoesOnLater() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, new LinkQuality(20, 20) { Loss = 0.02 });
        world.Open();
        world.Called.Core.Reads = false;
        world.Transfer(world.Caller, 5_000_000);
        world.Network.Run(Minute);
        var sent = world.Network.Counters.BytesSent;
        Assert.InRange(world.Caller.Core.Outgoing[0].Written, SessionLimits.StreamWindow, SessionLimits.StreamWindow + SessionLimits.SendBuffer + TakenAhead);
        world.Network.Run(Minute);
        // Nothing but keep-alives meanwhile.
        Assert.InRange(world.Network.Counters.BytesSent - sent, 0, 2_000);
        world.Called.Core.Reads = true;
        world.Called.Do((node, _) => node.Do((_, _) => { }));
        world.RunUntilWhole(world.Called, 1, 5_000_000, 2 * Minute);
    });

    [Fact]
    public void PathThatTakesOnlySmallDatagrams_IsFoundAndUsed() => SimulationRun.Under(seed =>
    {
        // The simulator drops what is larger than 1452: probes are lost, and say nothing of congestion.
        using var world = new ConnectionWorld(seed, new LinkQuality(10, 10));
        world.Open();
        world.Transfer(world.Caller, 1_000_000);
        world.RunUntilWhole(world.Called, 1, 1_000_000, Minute);
        Assert.Equal(SimulatedNetwork.LargestDatagram, world.Caller.Core.Core.Paths[0].DatagramSize);
        Assert.InRange(world.Network.Counters.Oversized, 1, 10);
    });

    [Fact]
    public void DatagramsUnderLoss_ArriveAtMostOnce() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, new LinkQuality(20, 20) { Loss = 0.1, Duplication = 0.2 });
        world.Open();
        for (var i = 0; i < 1000; i++)
        {
            var number = i;
            world.Caller.Do((node, _) => node.Do((core, _) => core.TryQueueDatagram(BitConverter.GetBytes(number))));
            world.Network.Run(5);
        }

        world.Network.Run(1000);
        var numbers = world.Called.Core.Datagrams.Select(datagram => BitConverter.ToInt32(datagram)).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.InRange(numbers.Count, 840, 950);
    });

    [Fact]
    public void CloseWithUnsentBytes_TheyArriveFirst() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, new LinkQuality(20, 20) { Loss = 0.05 });
        world.Open();
        world.Transfer(world.Caller, 100_000);
        world.Caller.Do((node, _) => node.Close(SessionErrorCode.ShuttingDown));
        world.Network.Run(10_000);
        Assert.Equal(100_000, world.Called.Core.Incoming[0].Count);
        Assert.Equal((SessionErrorCode.ShuttingDown, true), (world.Called.Core.Ends[0].Code, world.Called.Core.Ends[0].ByRemote));
        Assert.Empty(world.Caller.Core.Connections);
        Assert.Empty(world.Called.Core.Connections);
    });

    private static void Transfer(ulong seed, LinkQuality quality)
    {
        var seeds = SimulationRun.IsFull ? 20U : 2U;
        var bytes = SimulationRun.IsFull ? 2_000_000 : 300_000;
        for (var i = 0U; i < seeds; i++)
        {
            using var world = new ConnectionWorld(seed + i, quality);
            world.Open(knowsKey: i % 2 == 0, within: Minute);
            world.Transfer(world.Caller, bytes);
            world.Transfer(world.Called, bytes / 3);
            world.RunUntilWhole(world.Called, 1, bytes, 60 * Minute);
            world.RunUntilWhole(world.Caller, 1, bytes / 3, 60 * Minute);
            Quiet(world);
        }
    }

    // Everything is acknowledged and forgotten, on both sides.
    private static void Quiet(ConnectionWorld world)
    {
        Assert.True(world.Network.RunUntil(() => world.Caller.Core.Core.StreamCount == 0 && world.Called.Core.Core.StreamCount == 0, Minute), "streams are left over");
        Assert.Empty(world.Caller.Core.Ends);
        Assert.Empty(world.Called.Core.Ends);
    }
}
