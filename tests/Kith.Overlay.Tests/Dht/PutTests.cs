using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Dht.Serving;
using Kith.Wire;

namespace Kith.Overlay.Tests.Dht;

/// <summary>What a node takes to keep, and what it refuses with which error (BEP 5, BEP 44).</summary>
public sealed class PutTests
{
    private static readonly Endpoint Stranger = KrpcPeer.Stranger;
    private static readonly Ed25519PrivateKey Key = Ed25519PrivateKey.FromSeed(new byte[32]);
    private static readonly DhtItem Item = DhtItem.Sign(Key, "salt"u8, 5, DhtItem.Encode("five"u8));

    private readonly KrpcPeer _peer = new();

    [Fact]
    public void HonestItem_IsKeptForTwoHours()
    {
        Assert.Equal(0, Put(Item));
        Assert.Equal(1, _peer.Core.StoredItems);
        _peer.Pass(ItemStore.Lifetime - 70_000);
        Assert.Equal(1, _peer.Core.StoredItems);
        _peer.Pass(200_000);
        Assert.Equal(0, _peer.Core.StoredItems);
    }

    [Fact]
    public void ImmutableItem_IsKept() => Assert.Equal(0, Put(DhtItem.Immutable(DhtItem.Encode("x"u8))));

    [Fact]
    public void SameAgain_IsTaken()
    {
        Assert.Equal(0, Put(Item));
        Assert.Equal(0, Put(Item));
    }

    [Theory]
    [InlineData(4, "four", 302)]
    [InlineData(5, "other", 302)]
    [InlineData(6, "six", 0)]
    public void SequenceNumber_MustBeHigher(long sequence, string value, int verdict)
    {
        Assert.Equal(0, Put(Item));
        Assert.Equal(verdict, Put(DhtItem.Sign(Key, "salt"u8, sequence, DhtItem.Encode(KrpcPeer.Text(value)))));
    }

    [Theory]
    [InlineData(4, 301)]
    [InlineData(6, 301)]
    [InlineData(5, 0)]
    public void Cas_MustBeTheNumberThatIsThere(long cas, int verdict)
    {
        Assert.Equal(0, Put(Item));
        Assert.Equal(verdict, Verdict(KrpcPeer.Put(DhtItem.Sign(Key, "salt"u8, 7, DhtItem.Encode("seven"u8)), _peer.TokenFor(Stranger), cas)));
    }

    [Fact]
    public void ForeignSignature_IsRefused()
    {
        var signature = Item.Signature.ToArray();
        signature[3] ^= 1;
        Assert.Equal(206, Verdict(KrpcPeer.Put(Item, _peer.TokenFor(Stranger), signature: signature)));
        Assert.Equal(206, Verdict(KrpcPeer.Put(Item, _peer.TokenFor(Stranger), signature: [])));
        Assert.Equal(206, Verdict(KrpcPeer.Put(Item, _peer.TokenFor(Stranger), value: DhtItem.Encode("forged"u8))));
        Assert.Equal(0, _peer.Core.StoredItems);
    }

    [Fact]
    public void KnownItemWithAForeignSignature_IsRefused()
    {
        Assert.Equal(0, Put(Item));
        Assert.Equal(206, Verdict(KrpcPeer.Put(Item, _peer.TokenFor(Stranger), signature: new byte[64])));
    }

    [Fact]
    public void TooLargeValue_IsRefused()
    {
        var value = KrpcPeer.Text($"997:{new string('a', 997)}");
        Assert.Equal(205, Verdict(KrpcPeer.Put(Item, _peer.TokenFor(Stranger), value: value)));
        Assert.Equal(205, Verdict([.. KrpcPeer.Entry("token", _peer.TokenFor(Stranger)), .. KrpcPeer.Text("1:v"), .. value]));
    }

    [Fact]
    public void TooLongSalt_IsRefused() => Assert.Equal(207, Verdict(KrpcPeer.Put(Item, _peer.TokenFor(Stranger), salt: new byte[65])));

    [Fact]
    public void WrongToken_IsRefused()
    {
        var token = _peer.TokenFor(Stranger);
        Assert.Equal(203, Verdict(KrpcPeer.Put(Item, new byte[TokenIssuer.Size])));
        Assert.Equal(203, Verdict(KrpcPeer.Put(Item, [])));
        Assert.Equal(203, Verdict(KrpcPeer.Put(Item, [.. token, 0])));
        _peer.Ask(Stranger.WithPort(4001), "put", KrpcPeer.Put(Item, token));
        Assert.Equal(203, _peer.TakeVerdict());
        _peer.Ask(Endpoint.FromIPv4(0x0808_0809, 4000), "put", KrpcPeer.Put(Item, token));
        Assert.Equal(203, _peer.TakeVerdict());
        Assert.Equal(0, Verdict(KrpcPeer.Put(Item, token)));
    }

    [Fact]
    public void Token_IsGoodForFiveMinutesAndNotForTen()
    {
        _peer.Now += 1000;
        var token = _peer.TokenFor(Stranger);
        _peer.Now += TokenIssuer.Rotation - 1000;
        Assert.Equal(0, Verdict(KrpcPeer.Put(Item, token)));
        _peer.Now += TokenIssuer.Rotation + 1000;
        Assert.Equal(203, Verdict(KrpcPeer.Put(Item, token)));
    }

    [Fact]
    public void MalformedPut_IsRefused()
    {
        Assert.Equal(203, Verdict([.. KrpcPeer.Entry("k", new byte[31]), .. KrpcPeer.Text("3:seqi1e"), .. KrpcPeer.Entry("sig", new byte[64]), .. KrpcPeer.Entry("token", _peer.TokenFor(Stranger)), .. KrpcPeer.Text("1:v1:a")]));
        Assert.Equal(203, Verdict([.. KrpcPeer.Entry("k", new byte[32]), .. KrpcPeer.Entry("token", _peer.TokenFor(Stranger)), .. KrpcPeer.Text("1:v1:a")]));
        Assert.Equal(203, Verdict([.. KrpcPeer.Text("3:seq1:a"), .. KrpcPeer.Entry("token", _peer.TokenFor(Stranger)), .. KrpcPeer.Text("1:v1:a")]));
        Assert.Equal(203, Verdict(KrpcPeer.Entry("token", _peer.TokenFor(Stranger))));
    }

    [Fact]
    public void Announce_NeedsItsTokenAndAPort()
    {
        var hash = KrpcPeer.Entry("info_hash", new byte[20]);
        var token = KrpcPeer.Entry("token", _peer.TokenFor(Stranger));
        Assert.Equal(203, Verdict([.. hash, .. KrpcPeer.Text("4:porti80e"), .. KrpcPeer.Entry("token", new byte[8])], "announce_peer"));
        Assert.Equal(203, Verdict([.. hash, .. KrpcPeer.Text("4:porti0e"), .. token], "announce_peer"));
        Assert.Equal(203, Verdict([.. hash, .. KrpcPeer.Text("4:porti65536e"), .. token], "announce_peer"));
        Assert.Equal(0, _peer.Core.StoredHashes);
        Assert.Equal(0, Verdict([.. hash, .. KrpcPeer.Text("4:porti80e"), .. token], "announce_peer"));
        Assert.Equal(1, _peer.Core.StoredHashes);
        _peer.Pass(PeerStore.Lifetime + 70_000);
        Assert.Equal(0, _peer.Core.StoredHashes);
    }

    [Fact]
    public void PrefixOverItsLimit_IsRefused_AndOthersAreNot()
    {
        for (var i = 0; i < ItemStore.MaxPerPrefix; i++)
        {
            _peer.Now += 1000;
            Assert.Equal(0, Put(DhtItem.Immutable(DhtItem.Encode(BitConverter.GetBytes(i)))));
        }

        _peer.Now += 1000;
        Assert.Equal(202, Put(Item));
        var other = Endpoint.FromIPv4(0x0909_0909, 1);
        var token = _peer.TokenFor(other);
        _peer.Ask(other, "put", KrpcPeer.Put(Item, token));
        Assert.Equal(0, _peer.TakeVerdict());
    }

    [Fact]
    public void FullStore_KeepsWhatIsClosest()
    {
        var own = new OwnNode(default, OwnNetworks.Unknown, false);
        var store = new ItemStore(own);
        DhtItem[] items = [.. Enumerable.Range(0, ItemStore.MaxItems + 200).Select(i => DhtItem.Immutable(DhtItem.Encode(BitConverter.GetBytes(i))))];
        foreach (var item in items)
            _ = store.TryKeep(1000, item, null);
        Assert.Equal(ItemStore.MaxItems, store.Count);
        var closest = items.OrderBy(item => item.Target).Take(ItemStore.MaxItems);
        Assert.All(closest, item => Assert.NotNull(store.Find(1000, item.Target)));
    }

    private int Put(DhtItem item) => Verdict(KrpcPeer.Put(item, _peer.TokenFor(Stranger)));

    private int Verdict(byte[] arguments, string method = "put")
    {
        _peer.Ask(Stranger, method, arguments);
        return _peer.TakeVerdict();
    }
}
