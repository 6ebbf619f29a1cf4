using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Dht.Krpc;
using Kith.Overlay.Dht.Serving;
using Kith.Wire;

namespace Kith.Overlay.Tests.Dht;

/// <summary>What a node answers, whom, and how much.</summary>
public sealed class AnswerTests
{
    private const int Known = 60;
    private static readonly Endpoint Stranger = KrpcPeer.Stranger;
    private static readonly byte[] Target = KrpcPeer.Entry("target", new byte[20]);
    private static readonly byte[] Hash = KrpcPeer.Entry("info_hash", new byte[20]);
    private static readonly Ed25519PrivateKey Key = Ed25519PrivateKey.FromSeed(new byte[32]);

    private readonly KrpcPeer _peer = new();

    [Theory]
    [InlineData("ping", "")]
    [InlineData("find_node", "target")]
    [InlineData("get_peers", "info_hash")]
    [InlineData("get", "target")]
    public void Query_IsAnsweredWithTheAskersAddress(string method, string argument)
    {
        _peer.Ask(Stranger, method, argument.Length == 0 ? [] : KrpcPeer.Entry(argument, new byte[20]));
        var (to, datagram) = Assert.Single(_peer.TakeSent());
        Assert.Equal(Stranger, to);
        Assert.True(KrpcMessage.TryRead(datagram, out var message));
        Assert.Equal(KrpcKind.Answer, message.Kind);
        Assert.True(Endpoint.TryReadCompact(message.Ip, out var seen));
        Assert.Equal(Stranger, seen);
        Assert.True(KrpcAnswer.TryRead(message.Body, out var answer));
        Assert.Equal(_peer.Core.Id, answer.Id);
        Assert.Equal(method.StartsWith("get", StringComparison.Ordinal), !answer.Item.Token.IsEmpty);
    }

    [Theory]
    [InlineData("vote", "target", 204)]
    [InlineData("find_node", "", 203)]
    [InlineData("get", "", 203)]
    [InlineData("get_peers", "target", 203)]
    [InlineData("announce_peer", "info_hash", 203)]
    public void WhatIsNotUnderstood_IsRefused(string method, string argument, int verdict)
    {
        _peer.Ask(Stranger, method, argument.Length == 0 ? [] : KrpcPeer.Entry(argument, new byte[20]));
        Assert.Equal(verdict, _peer.TakeVerdict());
    }

    [Theory]
    [InlineData("d1:ad2:id19:0123456789012345678e1:q4:ping1:t2:aa1:y1:qe")]
    [InlineData("d1:ade1:q4:ping1:t2:aa1:y1:qe")]
    public void QueryWithoutASoundId_IsRefused(string datagram)
    {
        _peer.Receive(Stranger, KrpcPeer.Text(datagram));
        Assert.Equal(203, _peer.TakeVerdict());
    }

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("le")]
    [InlineData("d1:q4:ping1:t2:aa1:y1:qe")]
    [InlineData("d1:ad2:id20:0123456789012345678901e1:q4:ping1:t2:aa1:y1:q")]
    [InlineData("d1:ad2:id20:01234567890123456789e1:q4:ping1:y1:qe")]
    [InlineData("d1:ad2:id20:01234567890123456789e1:q4:ping1:t2:aa1:y1:xe")]
    [InlineData("d1:ad2:id20:01234567890123456789e1:q4:ping1:t2:aa1:y1:qe!")]
    [InlineData("d1:al2:id20:01234567890123456789e1:q4:ping1:t2:aa1:y1:qe")]
    [InlineData("d1:ad2:id20:012345678901234567891:xllllllllllllllllllllleeeeeeeeeeeeeeeeeeeeee1:q4:ping1:t2:aa1:y1:qe")]
    public void WhatIsNoQuery_GetsNoAnswer(string datagram)
    {
        _peer.Receive(Stranger, KrpcPeer.Text(datagram));
        Assert.Empty(_peer.TakeSent());
    }

    [Fact]
    public void StrangerGetsFewerNodes_WhoHasEchoedGetsAll()
    {
        _peer.Introduce(Known);
        Assert.InRange(_peer.Core.Table.Count, 40, Known);
        _peer.Ask(Stranger, "get_peers", Hash, isReadOnly: false);
        Assert.InRange(NodesIn(Assert.Single(_peer.TakeSent()).Datagram), 5, 7);
        Prove(Stranger);
        _peer.Ask(Stranger, "get_peers", Hash, isReadOnly: false);
        Assert.Equal(Responder.NodesInAnswer, NodesIn(Assert.Single(_peer.TakeSent()).Datagram));
    }

    [Theory]
    [InlineData("ping", "", true)]
    [InlineData("ping", "", false)]
    [InlineData("find_node", "target", false)]
    [InlineData("get_peers", "info_hash", false)]
    [InlineData("get", "target", false)]
    [InlineData("get", "target", true)]
    [InlineData("put", "target", false)]
    [InlineData("announce_peer", "info_hash", false)]
    [InlineData("nonsense", "", false)]
    public void UnprovenAddress_GetsAtMostThreeTimesWhatItSent(string method, string argument, bool isReadOnly)
    {
        _peer.Introduce(Known);
        StoreLongItem(out var target);
        for (var i = 0; i < 30; i++)
        {
            // A node that would be worth a place in the table, so that it is pinged too.
            var from = Endpoint.FromIPv4(0x2000_0000 + ((uint)i << 20), 5000);
            var arguments = argument.Length == 0 ? [] : KrpcPeer.Entry(argument, argument == "target" ? target : new byte[20]);
            byte[] want = i % 2 == 0 || argument.Length == 0 ? [] : KrpcPeer.Text("4:wantl2:n42:n6e");
            byte[] query = KrpcPeer.Query(method, [.. arguments, .. want], isReadOnly);
            _peer.Receive(from, query);
            _peer.Pass(60_000);
            var sent = _peer.TakeSent().Where(sent => sent.To == from).Sum(sent => sent.Datagram.Length);
            Assert.InRange(sent, 40, query.Length * Responder.MostAmplification);
        }
    }

    [Fact]
    public void LongItem_WaitsForTheEchoOfAPing()
    {
        StoreLongItem(out var target);
        _peer.Ask(Stranger, "get", KrpcPeer.Entry("target", target));
        var (to, ping) = Assert.Single(_peer.TakeSent());
        Assert.Equal(Stranger, to);
        _peer.Reply(Stranger, ping, KrpcPeer.StrangerId);
        Assert.True(KrpcMessage.TryRead(Assert.Single(_peer.TakeSent()).Datagram, out var message));
        Assert.True(KrpcAnswer.TryRead(message.Body, out var answer));
        Assert.Equal(1000, answer.Item.Value.Length);
        // The next time there is nothing to wait for.
        _peer.Ask(Stranger, "get", KrpcPeer.Entry("target", target));
        Assert.InRange(Assert.Single(_peer.TakeSent()).Datagram.Length, 1000, KrpcLimits.MaxSent);
    }

    [Fact]
    public void LongItem_WithoutTheEcho_IsLeftOutOfTheAnswer()
    {
        StoreLongItem(out var target);
        _peer.Ask(Stranger, "get", KrpcPeer.Entry("target", target));
        _ = Assert.Single(_peer.TakeSent());
        _peer.Pass(HeldQueries.Patience);
        Assert.True(KrpcMessage.TryRead(Assert.Single(_peer.TakeSent()).Datagram, out var message));
        Assert.True(KrpcAnswer.TryRead(message.Body, out var answer));
        Assert.True(answer.Item.Value.IsEmpty);
        Assert.True(answer.Item.HasSequence);
        Assert.False(answer.Item.Token.IsEmpty);
    }

    [Fact]
    public void MoreThanCanBeHeld_AreAnsweredAtOnce()
    {
        StoreLongItem(out var target);
        for (var i = 0; i < HeldQueries.MaxHeld + 5; i++)
            _peer.Ask(Endpoint.FromIPv4(0x2000_0000 + ((uint)i << 16), 5000), "get", KrpcPeer.Entry("target", target));
        var sent = _peer.TakeSent();
        Assert.Equal(HeldQueries.MaxHeld + 5, sent.Count);
        Assert.Equal(5, sent.Count(one => KrpcMessage.TryRead(one.Datagram, out var message) && message.Kind == KrpcKind.Answer));
        _peer.Pass(HeldQueries.Patience);
        Assert.Equal(HeldQueries.MaxHeld, _peer.TakeSent().Count);
    }

    [Fact]
    public void AddressOverItsRate_GetsNoAnswer_AndAnotherDoes()
    {
        for (var i = 0; i < 1000; i++)
            _peer.Ask(Stranger, "ping", []);
        Assert.Equal(RateLimiter.AddressBurst, _peer.TakeSent().Count);
        _peer.Ask(Endpoint.FromIPv4(0x0909_0909, 1), "ping", []);
        Assert.Single(_peer.TakeSent());
        _peer.Now += 1000;
        for (var i = 0; i < 1000; i++)
            _peer.Ask(Stranger, "ping", []);
        Assert.Equal(RateLimiter.AddressRate, _peer.TakeSent().Count);
    }

    [Fact]
    public void PrefixOverItsRate_GetsNoAnswer()
    {
        for (var i = 0U; i < 20_000; i++)
            _peer.Ask(Endpoint.FromIPv4(0x0808_0800 + (i % 256), 1), "ping", []);
        Assert.Equal(RateLimiter.PrefixBurst, _peer.TakeSent().Count);
    }

    [Fact]
    public void ReadOnlyNode_AnswersNobody_ButThePingOfWhomItAsks()
    {
        var peer = new KrpcPeer(isReadOnly: true);
        peer.Ask(Stranger, "ping", []);
        peer.Ask(Stranger, "find_node", Target);
        Assert.Empty(peer.TakeSent());
        peer.Core.Ping(peer.Now, Stranger);
        _ = peer.TakeSent();
        peer.Ask(Stranger, "find_node", Target);
        Assert.Empty(peer.TakeSent());
        peer.Ask(Stranger, "ping", []);
        Assert.Single(peer.TakeSent());
    }

    [Fact]
    public void AskerOfANewerItem_GetsNoOlderOne()
    {
        var networks = OwnNetworks.Unknown;
        var peer = new KrpcPeer(networks: networks);
        var item = DhtItem.Sign(Key, default, 5, DhtItem.Encode("five"u8));
        peer.Ask(Stranger, "put", KrpcPeer.Put(item, peer.TokenFor(Stranger)));
        _ = peer.TakeSent();
        var target = new byte[20];
        item.Target.CopyTo(target);
        foreach (var (known, isSent) in new[] { (4, true), (5, false), (6, false) })
        {
            peer.Ask(Stranger, "get", [.. KrpcPeer.Text($"3:seqi{known}e"), .. KrpcPeer.Entry("target", target)]);
            Assert.True(KrpcMessage.TryRead(Assert.Single(peer.TakeSent()).Datagram, out var message));
            Assert.True(KrpcAnswer.TryRead(message.Body, out var answer));
            Assert.Equal(isSent, !answer.Item.Value.IsEmpty);
            Assert.Equal(5, answer.Item.Sequence);
        }
    }

    private static int NodesIn(byte[] datagram)
    {
        Assert.True(KrpcMessage.TryRead(datagram, out var message));
        Assert.True(KrpcAnswer.TryRead(message.Body, out var answer));
        return answer.Nodes.Length / 26;
    }

    private void StoreLongItem(out byte[] target)
    {
        var keeper = Endpoint.FromIPv4(0x0707_0707, 1);
        var item = DhtItem.Sign(Key, default, 5, DhtItem.Encode(new byte[DhtItem.MaxBytes]));
        _peer.Ask(keeper, "put", KrpcPeer.Put(item, _peer.TokenFor(keeper)));
        Assert.Equal(0, _peer.TakeVerdict());
        target = new byte[20];
        item.Target.CopyTo(target);
    }

    // By an answer to a query of ours.
    private void Prove(Endpoint endpoint)
    {
        _peer.Core.Ping(_peer.Now, endpoint);
        _peer.Reply(endpoint, _peer.TakeSent().First(sent => sent.To == endpoint).Datagram, KrpcPeer.StrangerId);
        _ = _peer.TakeSent();
    }
}
