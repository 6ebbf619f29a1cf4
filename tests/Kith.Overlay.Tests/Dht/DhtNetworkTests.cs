using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Overlay.Tests.Dht;

public sealed class DhtNetworkTests(ITestOutputHelper output)
{
    private static readonly Ed25519PrivateKey Key = Ed25519PrivateKey.FromSeed(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(10, true)]
    [InlineData(100, true)]
    [InlineData(100, false)]
    public void PutHere_IsFoundThere(int nodes, bool isLocal)
    {
        var network = new DhtNetwork(nodes, isLocal);
        output.WriteLine($"table {network[0].Core.Table.Count} of {nodes}, last one's {network[nodes - 1].Core.Table.Count}, depth {network[0].Core.Table.Depth}");
        var item = DhtItem.Sign(Key, "salt"u8, 1, DhtItem.Encode("hello"u8));
        var put = network.Put(network[0], item);
        output.WriteLine($"{put}");
        Assert.InRange(put.Stored, Math.Min(nodes, 8), 28);
        var reports = network.Get(network[nodes - 1], DhtTarget.Mutable(Key.PublicKey, "salt"u8));
        output.WriteLine($"{reports[0]} {reports[^1]}");
        Assert.Equal(item.Value, reports[^1].Item!.Value);
        Assert.Equal(item.Target, reports[^1].Item!.Target);
    }

    [Fact]
    public void ImmutableItem_IsFoundAtOnce()
    {
        var network = new DhtNetwork(40);
        var item = DhtItem.Immutable(DhtItem.Encode(new byte[990]));
        Assert.InRange(network.Put(network[3], item).Stored, 8, 28);
        var reports = network.Get(network[20], DhtTarget.Immutable(item.Target));
        Assert.Equal(item.Value, Assert.Single(reports).Item!.Value);
    }

    [Fact]
    public void NothingThere_EndsWithNothing()
    {
        var network = new DhtNetwork(40);
        var report = Assert.Single(network.Get(network[5], DhtTarget.Mutable(Key.PublicKey)));
        Assert.Null(report.Item);
        Assert.InRange(report.Answers, 8, 40);
    }

    [Fact]
    public void NewerItem_TakesThePlaceOfTheOlder()
    {
        var network = new DhtNetwork(40);
        _ = network.Put(network[0], DhtItem.Sign(Key, default, 1, DhtItem.Encode("one"u8)));
        Assert.Equal(0, network.Put(network[1], DhtItem.Sign(Key, default, 2, DhtItem.Encode("two"u8)), cas: 1).Refused);
        Assert.Equal(2, network.Get(network[20], DhtTarget.Mutable(Key.PublicKey))[^1].Item!.Sequence);
        var old = network.Put(network[0], DhtItem.Sign(Key, default, 1, DhtItem.Encode("one"u8)));
        // A node at the region's edge that never had the newer one may take the old one; a reader hears of both.
        Assert.InRange(old.Stored, 0, 3);
        Assert.Equal(DhtError.SequenceTooOld, old.Refusal);
        var swap = network.Put(network[0], DhtItem.Sign(Key, default, 3, DhtItem.Encode("three"u8)), cas: 1);
        Assert.InRange(swap.Stored, 0, 3);
        Assert.Equal(DhtError.CasMismatch, swap.Refusal);
        Assert.NotEqual(1, network.Get(network[21], DhtTarget.Mutable(Key.PublicKey))[^1].Item!.Sequence);
    }

    [Fact]
    public void WhoHoldsAnItem_HasItWithoutAQuery_AndTheNewerOneFromOthersAfterIt()
    {
        var network = new DhtNetwork(10);
        var holder = network[5];
        _ = network.Put(network[0], DhtItem.Sign(Key, default, 1, DhtItem.Encode("one"u8)));
        Assert.Equal(1, holder.Core.StoredItems);
        network.Network.Part(node => node == holder ? 1 : 0);
        _ = network.Put(network[0], DhtItem.Sign(Key, default, 2, DhtItem.Encode("two"u8)));
        network.Network.Heal();
        var reports = network.Get(holder, DhtTarget.Mutable(Key.PublicKey));
        Assert.Equal((1, 0, 0), (reports[0].Item!.Sequence, reports[0].Queries, reports[0].Hops));
        Assert.Equal(2, reports[^1].Item!.Sequence);
    }

    [Fact]
    public void AnnouncedPeers_AreFound()
    {
        var network = new DhtNetwork(40);
        _ = NodeId.TryRead(new byte[20], out var hash);
        PutResult? announced = null;
        network[7].Do((core, now) => core.Announce(now, hash, 4711, done => announced = done));
        network[8].Do((core, now) => core.Announce(now, hash, 0, _ => { }));
        network.Network.Run(5000);
        Assert.InRange(announced!.Stored, 8, 28);
        PeersProgress? found = null;
        network[9].Do((core, now) => core.GetPeers(now, hash, progress => found = progress));
        network.Network.Run(5000);
        Assert.True(found!.IsFinished);
        Assert.Equal(new HashSet<Endpoint> { network[7].Address.WithPort(4711), network[8].Address }, found.Peers.ToHashSet());
    }

    [Fact]
    public void TenthOfTheNodesSilentlyGone_GetTakesNoTimeOut()
    {
        var network = new DhtNetwork(200, isLocal: true);
        var item = DhtItem.Sign(Key, default, 1, DhtItem.Encode("hello"u8));
        _ = network.Put(network[0], item);
        for (var i = 10; i < 200; i += 10)
            network[i].Leave();
        var before = network.Network.Now;
        var reports = network.Get(network[199], DhtTarget.Mutable(Key.PublicKey));
        Assert.Equal(1, reports[0].Item!.Sequence);
        output.WriteLine($"{network.Network.Now - before} ms, {reports[^1]}");
        Assert.InRange(network.Network.Now - before, 0, 99);
    }

    [Fact]
    public void ReadOnlyNode_FindsAndIsNeverKnown()
    {
        var network = new DhtNetwork(20);
        var quiet = network.Add(isReadOnly: true);
        network.Network.Run(60_000);
        Assert.InRange(quiet.Core.Table.Count, 8, 20);
        Assert.All(network.Nodes, node => Assert.DoesNotContain(node.Core.Table.Sample(100), known => known.Endpoint == quiet.Address));
        var item = DhtItem.Sign(Key, default, 1, DhtItem.Encode("hello"u8));
        Assert.InRange(network.Put(quiet, item).Stored, 8, 28);
        Assert.Equal(0, quiet.Core.StoredItems);
        Assert.Equal(1, network.Get(quiet, DhtTarget.Mutable(Key.PublicKey))[^1].Item!.Sequence);
    }

    [Fact]
    public void LossyNetwork_StillFinds()
    {
        var network = new DhtNetwork(60, quality: LinkQuality.Bad);
        var item = DhtItem.Sign(Key, default, 1, DhtItem.Encode("hello"u8));
        output.WriteLine($"{network.Put(network[0], item)}");
        foreach (var node in network.Nodes.Take(20))
            Assert.Equal(1, network.Get(node, DhtTarget.Mutable(Key.PublicKey))[^1].Item!.Sequence);
    }

    [Fact]
    public void RepublishedItem_OutlivesItsLifetime_UntilItIsStopped()
    {
        var network = new DhtNetwork(20);
        var item = DhtItem.Sign(Key, default, 1, DhtItem.Encode("hello"u8));
        _ = network.Put(network[0], item, republish: true);
        network.Network.Run(TimeSpan.FromHours(3.5));
        Assert.NotNull(network.Get(network[5], DhtTarget.Mutable(Key.PublicKey))[^1].Item);
        network[0].Do((core, _) => core.StopRepublishing(item.Target));
        network.Network.Run(TimeSpan.FromHours(2.1));
        Assert.Null(network.Get(network[5], DhtTarget.Mutable(Key.PublicKey))[^1].Item);
    }

    [Fact]
    public void IdleNode_SendsLittle()
    {
        var network = new DhtNetwork(100);
        network.Network.Run(TimeSpan.FromMinutes(30));
        var before = network.Nodes.Sum(node => node.BytesOut);
        network.Network.Run(TimeSpan.FromHours(1));
        var rate = (network.Nodes.Sum(node => node.BytesOut) - before) / 100.0 / 3600;
        output.WriteLine($"{rate:F1} bytes a second");
        Assert.InRange(rate, 0, 300);
    }

    [Fact]
    public void CancelledGet_ReportsNothingMore()
    {
        var network = new DhtNetwork(40);
        List<GetProgress> reports = [];
        network[0].Do((core, now) => core.Cancel(core.Get(now, DhtTarget.Mutable(Key.PublicKey), reports.Add)));
        network.Network.Run(10_000);
        Assert.Empty(reports);
    }

    [Fact]
    public void ManySearchesAtOnce_AllEnd()
    {
        var network = new DhtNetwork(40);
        var ended = 0;
        network[0].Do((core, now) =>
        {
            for (var i = 0; i < 5000; i++)
                core.GetPeers(now, SecureNodeId.Draw(network.Network.Random), progress => ended += progress.IsFinished ? 1 : 0);
        });
        Assert.True(network.Network.RunUntil(() => ended == 5000, 600_000));
    }
}
