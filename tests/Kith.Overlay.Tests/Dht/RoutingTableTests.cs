using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Overlay.Tests.Dht;

// Alone: one of its tests measures memory.
[Collection(nameof(RoutingTableTests))]
public sealed class RoutingTableTests
{
    private const long Now = SimulatedNetwork.Start;

    private readonly SimulatedRandom _random = new(3);
    private readonly NodeId _own;

    public RoutingTableTests() => _own = SecureNodeId.Draw(_random);

    [Fact]
    public void ManyNodes_FillKBucketsOfEight()
    {
        var table = New();
        List<NodeId> all = [];
        for (var i = 0U; i < 20_000; i++)
        {
            var id = SecureNodeId.Draw(_random);
            all.Add(id);
            _ = table.Answered(Now, id, Endpoint.FromIPv4(0x0100_0000 + (i << 12), 1), 10);
        }

        Assert.InRange(table.Depth, 9, 16);
        foreach (ref var bucket in table.Buckets)
            Assert.InRange(bucket.Count, 0, 8);
        // Those closest to us are all known.
        var closest = new NodeEntry[8];
        Assert.Equal(8, table.FindClosest(_own, closest, forOthers: true));
        Assert.Equal(all.OrderBy(id => id ^ _own).Take(8), closest.Select(node => node.Id));
    }

    [Fact]
    public void FindClosest_IsRightForAnyTarget()
    {
        var table = New(sizes: DhtOptions.WideBuckets);
        for (var i = 0U; i < 3000; i++)
            _ = table.Answered(Now, SecureNodeId.Draw(_random), Endpoint.FromIPv4(0x0100_0000 + (i << 12), 1), 10);
        var known = table.Sample(10_000).Select(node => node.Id).ToList();
        Assert.Equal(table.Count, known.Count);
        for (var i = 0; i < 200; i++)
        {
            var target = SecureNodeId.Draw(_random);
            var closest = new NodeEntry[16];
            Assert.Equal(16, table.FindClosest(target, closest, forOthers: false));
            Assert.Equal(known.OrderBy(id => id ^ target).Take(16), closest.Select(node => node.Id));
        }
    }

    [Fact]
    public void OnePrefix_GetsFewPlaces_UnlessItIsOurOwnNetwork()
    {
        var table = New();
        for (var i = 0U; i < 200; i++)
            _ = table.Answered(Now, SecureNodeId.Draw(_random), Endpoint.FromIPv4(0x0808_0800 + i, 1), 10);
        Assert.InRange(table.Count, 1, RoutingTable.MaxPrefixInTable);
        var near = new RoutingTable(_own, [8], OwnNetworks.Loopback);
        for (var i = 0U; i < 200; i++)
            _ = near.Answered(Now, SecureNodeId.Draw(_random), Endpoint.FromIPv4(0x7F00_0001, (ushort)(1000 + i)), 10);
        Assert.InRange(near.Count, 40, 200);
    }

    [Fact]
    public void NodeThatFailsTwice_GivesWayToOneInReserve()
    {
        var table = New();
        List<KnownNode> far = [.. Enumerable.Range(0, 400).Select(i => new KnownNode(Far(), Endpoint.FromIPv4(0x0100_0000 + ((uint)i << 12), 1)))];
        foreach (var node in far)
            _ = table.Answered(Now, node.Id, node.Endpoint, 10);
        Assert.True(table.Answered(Now, far[0].Id, far[0].Endpoint, 10));
        Assert.False(table.Answered(Now, far[399].Id, far[399].Endpoint, 10));
        table.Failed(far[0].Id, far[0].Endpoint);
        Assert.DoesNotContain(far[399].Id, Ids(table));
        table.Failed(far[0].Id, far[0].Endpoint);
        Assert.DoesNotContain(far[0].Id, Ids(table));
        Assert.Contains(far[399].Id, Ids(table));
    }

    [Fact]
    public void FewGoodNodesAmongBadOnes_AreGivenFirst_AndBadOnesOnlyTheRoomLeft()
    {
        var table = New(sizes: DhtOptions.WideBuckets);
        for (var i = 0U; i < 100; i++)
        {
            var (id, endpoint) = (SecureNodeId.Draw(_random), Endpoint.FromIPv4(0x0100_0000 + (i << 12), 1));
            _ = table.Answered(Now, id, endpoint, 10);
            table.Failed(id, endpoint);
            table.Failed(id, endpoint);
        }

        Assert.InRange(table.Count, 20, 100);
        var good = SecureNodeId.Draw(_random);
        Assert.True(table.Answered(Now, good, Endpoint.FromIPv4(0x0808_0808, 1), 10));
        for (var i = 0; i < 50; i++)
        {
            var closest = new NodeEntry[16];
            Assert.Equal(16, table.FindClosest(SecureNodeId.Draw(_random), closest, forOthers: false));
            Assert.Equal(good, closest[0].Id);
        }

        Assert.Equal(1, table.FindClosest(good, new NodeEntry[16], forOthers: true));
    }

    [Fact]
    public void QuestionableNode_IsToBeAskedOnceWhenTheBucketIsFull()
    {
        var table = New();
        for (var i = 0U; i < 8; i++)
            _ = table.Answered(Now + i, Far(), Endpoint.FromIPv4(0x0100_0000 + (i << 12), 1), 10);
        var later = Now + ((RoutingTable.GoodSeconds + 10) * 1000L);
        Assert.False(table.TryTakeQuestionable(Now, Far(), out _));
        Assert.True(table.TryTakeQuestionable(later, Far(), out var first));
        Assert.True(table.TryTakeQuestionable(later, Far(), out var second));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void GoodNodesId_IsNotTakenOverFromElsewhere()
    {
        var table = New();
        var id = Far();
        _ = table.Answered(Now, id, Endpoint.FromIPv4(0x0101_0101, 1), 10);
        Assert.False(table.Answered(Now, id, Endpoint.FromIPv4(0x0201_0101, 1), 10));
        Assert.Equal(0x0101_0101U, Assert.Single(table.Sample(8)).Endpoint.IPv4);
        var later = Now + ((RoutingTable.GoodSeconds + 10) * 1000L);
        Assert.True(table.Answered(later, id, Endpoint.FromIPv4(0x0201_0101, 1), 10));
        Assert.Equal(0x0201_0101U, Assert.Single(table.Sample(8)).Endpoint.IPv4);
    }

    [Fact]
    public void OurOwnId_IsNoNode()
    {
        var table = New();
        Assert.False(table.Answered(Now, _own, Endpoint.FromIPv4(0x0101_0101, 1), 10));
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void TenThousandNodes_TakeLittleMemory()
    {
        var before = GC.GetTotalMemory(true);
        var table = New(sizes: [250]);
        List<RoutingTable> tables = [table];
        // No single table of a node knows so many: as many as fit, several times.
        for (var i = 0U; tables.Sum(one => one.Count) < 10_000; i++)
        {
            if (i % 8000 == 7999)
                tables.Add(table = New(sizes: [250]));
            _ = table.Answered(Now, SecureNodeId.Draw(_random), Endpoint.FromIPv4(0x0100_0000 + (i << 8), 1), 10);
        }

        var used = GC.GetTotalMemory(true) - before;
        Assert.InRange(used, 1, 10 << 20);
        GC.KeepAlive(tables);
    }

    private static IEnumerable<NodeId> Ids(RoutingTable table) => table.Sample(1000).Select(node => node.Id);

    private RoutingTable New(IReadOnlyList<int>? sizes = null) => new(_own, sizes ?? DhtOptions.NarrowBuckets, OwnNetworks.Unknown);

    // An id in the farthest bucket.
    private NodeId Far()
    {
        while (true)
        {
            var id = SecureNodeId.Draw(_random);
            if (_own.SharedBits(id) == 0)
                return id;
        }
    }
}

/// <summary>Runs while nothing else does.</summary>
[CollectionDefinition(nameof(RoutingTableTests), DisableParallelization = true)]
public sealed class RoutingTableTestsAlone;
