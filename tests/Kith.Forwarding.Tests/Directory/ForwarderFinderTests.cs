using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Service;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Directory;

public sealed class ForwarderFinderTests : IFinderWorld
{
    private readonly SimulatedRandom _random = new(8);
    private readonly ForwarderBook _book;
    private readonly ForwarderFinder _finder;
    private readonly List<NodeId> _looked = [];
    private readonly List<NodeId> _announced = [];
    private readonly List<Endpoint> _asked = [];
    private long _now = Forwarders.Now;

    public ForwarderFinderTests()
    {
        _book = new ForwarderBook(static () => Forwarders.Abroad, _random);
        _finder = new ForwarderFinder(this, _book, _random);
    }

    OwnNetworks IFinderWorld.Networks => Forwarders.Abroad;

    void IFinderWorld.Look(NodeId key) => _looked.Add(key);

    void IFinderWorld.Announce(NodeId key) => _announced.Add(key);

    void IFinderWorld.Ask(Endpoint neighbour) => _asked.Add(neighbour);

    [Fact]
    public void Ready_LooksUnderKeysOfTheEpoch_AndAsksAFewInDistinctPrefixes()
    {
        _finder.Ready(_now);
        _finder.Tick(_now);
        var keys = Enumerable.Range(0, DirectoryLimits.Slots).Select(static slot => ForwarderSlot.Key(Forwarders.Epoch, slot)).ToHashSet();
        Assert.Equal(DirectoryLimits.SlotsAtOnce, _looked.Count);
        Assert.All(_looked, key => Assert.Contains(key, keys));
        _finder.Found(_now, [.. Enumerable.Range(0, 30).Select(static i => Forwarders.At(i / 10, (byte)(i + 1)))]);
        Assert.Equal(3, _asked.Count);
        Assert.Equal(3, _asked.Select(AddressPrefix.Of).Distinct().Count());
    }

    [Fact]
    public void NeighbourOnTheOverlay_IsAskedOnlyAfterLooksInVain()
    {
        _finder.Ready(_now);
        _finder.Neighbour(_now, Forwarders.At(1));
        for (var look = 1; look < DirectoryLimits.VainLooks; look++)
        {
            Assert.Empty(_asked);
            Pass(_finder.NextDeadline - _now);
        }

        Pass(_finder.NextDeadline - _now);
        Assert.Equal([Forwarders.At(1)], _asked);
        _finder.Neighbour(_now, Forwarders.At(2));
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public void Neighbour_ThatDoesNotAnswer_IsNotWaitedFor_NorAskedAtOnce()
    {
        _finder.Found(_now, [Forwarders.At(1)]);
        Pass(DirectoryLimits.AskPatience);
        _finder.Found(_now, [Forwarders.At(1)]);
        Assert.Single(_asked);
        _finder.Found(_now, [Forwarders.At(2)]);
        Assert.Equal(2, _asked.Count);
        _finder.Found(_now, [Endpoint.FromIPv4(0x7F00_0001, 4711)]);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public void List_CountsAsItsNeighboursWord_AndItsOwnOnlyWithTheProvedKey()
    {
        using var key = X25519PrivateKey.Generate(_random);
        var own = Forwarders.Make(_random, key, Forwarders.At(1));
        var others = Enumerable.Range(50, 31).Select(i => Forwarders.Make(_random, Forwarders.At(i))).ToList();
        _finder.Found(_now, [Forwarders.At(1)]);
        _finder.Listed(_now, Forwarders.At(1), key.PublicKey, new ListedFrame(true, [own, .. others]));
        // The share of the neighbour's word, and itself.
        Assert.Equal(DirectoryLimits.ShareOfNeighbour + 1, _book.View(_now).Count);

        using var liar = X25519PrivateKey.Generate(_random);
        var named = Forwarders.Make(_random, Forwarders.At(90));
        _finder.Found(_now, [Forwarders.At(1)]);
        _finder.Listed(_now, Forwarders.At(1), liar.PublicKey, new ListedFrame(true, [named]));
        // It counts among what that neighbour has said of others.
        Assert.NotNull(_book.Find(named.Key));
        Assert.Equal(DirectoryLimits.ShareOfNeighbour + 1, _book.View(_now).Count);
    }

    [Fact]
    public void List_ThatNamesAddressesOfTheHouse_IsNotFollowed()
    {
        _finder.Listed(_now, Forwarders.At(1), default, new ListedFrame(false, [Forwarders.Make(_random, Endpoint.FromIPv4(0xC0A8_0001, 4711))]));
        Assert.Equal(0, _book.Count);
        var own = Forwarders.Make(_random, Endpoint.FromIPv4(0xC0A8_0001, 4711));
        _finder.Listed(_now, Forwarders.At(1), own.Key, new ListedFrame(true, [own]));
        Assert.Equal(0, _book.Count);
    }

    [Fact]
    public void Announcement_IsMadeWhileWeForward_AndUnderTheNextEpochNearItsEnd()
    {
        using var key = X25519PrivateKey.Generate(_random);
        var own = Forwarders.Make(_random, key, Forwarders.At(9));
        _finder.Ready(_now);
        _finder.Tick(_now);
        Assert.Empty(_announced);
        _finder.SetOwn(_now, own);
        _finder.Tick(_now);
        Assert.Equal([ForwarderSlot.Key(Forwarders.Epoch, ForwarderSlot.Of(own.Key, Forwarders.Epoch))], _announced);
        _finder.Announced(_now, 0);
        Pass(DirectoryLimits.FirstAnnouncement);
        Assert.Equal(2, _announced.Count);
        _finder.Announced(_now, 5);
        Assert.True(_finder.IsAnnounced);

        _announced.Clear();
        _now = ForwardingEpoch.Start(Forwarders.Epoch + 1) - 60_000;
        _finder.Tick(_now);
        Assert.Contains(ForwarderSlot.Key(Forwarders.Epoch + 1, ForwarderSlot.Of(own.Key, Forwarders.Epoch + 1)), _announced);
        _finder.SetOwn(_now, null);
        _announced.Clear();
        Pass(2 * DirectoryLimits.AnnouncementPeriod);
        Assert.Empty(_announced);
    }

    private void Pass(long time)
    {
        var end = _now + time;
        while (_finder.NextDeadline <= end)
        {
            _now = Math.Max(_now, _finder.NextDeadline);
            _finder.Tick(_now);
        }

        _now = end;
    }
}
