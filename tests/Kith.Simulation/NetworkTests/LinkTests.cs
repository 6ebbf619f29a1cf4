using System.Buffers.Binary;
using Kith.Simulation.Network;

namespace Kith.Simulation.NetworkTests;

public sealed class LinkTests
{
    private const int Many = 20_000;

    [Fact]
    public void Datagrams_ArriveWholeAfterTheDelayOfTheirPair() => SimulationRun.Under(seed =>
    {
        var network = new SimulatedNetwork(seed, new LinkQuality(10, 100));
        var from = network.Add(_ => new ListeningCore());
        foreach (var size in new[] { 0, 1, 63, 64, 65, 128, 1000, SimulatedNetwork.LargestDatagram })
        {
            var to = network.Add(_ => new ListeningCore());
            var datagram = new byte[size];
            network.Random.Fill(datagram);
            var sent = network.Now;
            from.Send(to.Address, datagram);
            from.Send(to.Address, datagram);
            network.Run(200);
            Assert.Equal(2, to.Core.Heard.Count);
            Assert.All(to.Core.Heard, heard => Assert.Equal(datagram, heard.Datagram));
            Assert.All(to.Core.Heard, heard => Assert.Equal(from.Address, heard.From));
            Assert.InRange(to.Core.Heard[0].At - sent, 10, 100);
            Assert.Equal(to.Core.Heard[0].At, to.Core.Heard[1].At);
        }
    });

    [Fact]
    public void Oversized_IsDropped()
    {
        var network = new SimulatedNetwork(1);
        var node = network.Add(_ => new ListeningCore());
        node.Send(node.Address, new byte[SimulatedNetwork.LargestDatagram + 1]);
        Assert.Equal(1, network.Counters.Oversized);
    }

    [Fact]
    public void LossAndDuplication_AreAsAsked() => SimulationRun.Under(seed =>
    {
        var (heard, network) = Flood(seed, new LinkQuality(10, 10) { Loss = 0.3 });
        Assert.InRange(heard.Count, 0.685 * Many, 0.715 * Many);
        Assert.Equal(Many - heard.Count, network.Counters.Lost);
        (heard, _) = Flood(seed, new LinkQuality(10, 10) { Duplication = 0.2 });
        Assert.InRange(heard.Count, 1.185 * Many, 1.215 * Many);
    });

    [Fact]
    public void Reordering_HappensOnlyWhenAskedFor() => SimulationRun.Under(seed =>
    {
        var (heard, _) = Flood(seed, new LinkQuality(10, 10));
        Assert.Equal(Enumerable.Range(0, Many), heard);
        (heard, _) = Flood(seed, new LinkQuality(10, 10) { Reordering = 0.1 });
        Assert.Equal(Many, heard.Count);
        Assert.InRange(heard.Zip(heard.Skip(1)).Count(pair => pair.First > pair.Second), 0.05 * Many, 0.15 * Many);
    });

    [Fact]
    public void Partition_HoldsUntilHealed()
    {
        var network = new SimulatedNetwork(1);
        var nodes = Enumerable.Range(0, 4).Select(_ => network.Add(_ => new ListeningCore())).ToArray();
        void SendAll()
        {
            foreach (var node in nodes)
            {
                foreach (var other in nodes.Where(other => other != node))
                    node.Send(other.Address, [1]);
            }

            network.Run(1_000);
        }

        network.Quality = new LinkQuality(10, 100);
        network.Part(node => node.Index % 2);
        SendAll();
        Assert.All(nodes, node => Assert.Equal(nodes[(node.Index + 2) % 4].Address, Assert.Single(node.Core.Heard).From));
        network.Heal();
        SendAll();
        Assert.All(nodes, node => Assert.Equal(4, node.Core.Heard.Count));
        Assert.Equal(8, network.Counters.Parted);
    }

    [Fact]
    public void WhoHasLeftOrMoved_HearsNothingAtTheOldAddress()
    {
        var network = new SimulatedNetwork(1, LinkQuality.Perfect);
        var from = network.Add(_ => new ListeningCore());
        var moving = network.Add(_ => new ListeningCore());
        var leaving = network.Add(_ => new ListeningCore());
        var old = moving.Address;
        from.Send(old, [1]);
        from.Send(leaving.Address, [1]);
        leaving.Leave();
        moving.Move(network.Addresses.NextPublic());
        network.Run(10);
        Assert.Equal(2, network.Counters.Unreachable);
        from.Send(moving.Address, [2]);
        network.Run(10);
        Assert.Equal([2], Assert.Single(moving.Core.Heard).Datagram);
        moving.Send(from.Address, [3]);
        network.Run(10);
        Assert.Equal(moving.Address, Assert.Single(from.Core.Heard).From);
    }

    [Fact]
    public void FarFuture_ComesInOrder()
    {
        var network = new SimulatedNetwork(1);
        var order = new List<long>();
        var times = new long[] { 200_000_000, 5, 8_191, 8_192, 8_193, 67_108_863, 67_108_864, 67_108_865, 100_000, 5 };
        foreach (var time in times)
            network.After(time, () => order.Add(network.Now - SimulatedNetwork.Start));
        network.Run(200_000_001);
        Assert.Equal(times.Order(), order);
    }

    private static (List<int> Heard, SimulatedNetwork Network) Flood(ulong seed, LinkQuality quality)
    {
        var network = new SimulatedNetwork(seed, quality);
        var from = network.Add(_ => new ListeningCore());
        var to = network.Add(_ => new ListeningCore());
        var datagram = new byte[4];
        for (var i = 0; i < Many; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(datagram, i);
            from.Send(to.Address, datagram);
            network.Run(1);
        }

        network.Run(1_000);
        return ([.. to.Core.Heard.Select(heard => BinaryPrimitives.ReadInt32LittleEndian(heard.Datagram))], network);
    }
}
