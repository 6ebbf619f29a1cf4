using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Replay;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Tests.Sphinx;

/// <summary>What a node refuses, and what senders and makers of reply blocks refuse.</summary>
public sealed class RefusalTests : IDisposable
{
    private static readonly byte[] Body = [1, 2, 3];
    private readonly Relays _relays = new(4);

    public static TheoryData<string> SmallOrder =>
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];

    public void Dispose() => _relays.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SphinxFormat.PacketSize - 1)]
    [InlineData(SphinxFormat.PacketSize + 1)]
    [InlineData(16_000)]
    public void Packet_OfAnotherSize_IsRefused(int size)
    {
        var packet = new byte[size];
        _relays.Message(3, Body).AsSpan(0, Math.Min(size, SphinxFormat.PacketSize)).CopyTo(packet);
        Assert.Equal(PacketRefusal.WrongSize, _relays.Process(0, packet).Refusal);
    }

    [Fact]
    public void Packet_OfAnotherVersion_IsRefused()
    {
        var packet = _relays.Message(3, Body);
        packet[0] = 2;
        Assert.Equal(PacketRefusal.WrongVersion, _relays.Process(0, packet).Refusal);
    }

    [Fact]
    public void Packet_ForAKeyThatTheNodeHasNot_IsRefused()
    {
        var packet = _relays.Message(3, Body);
        packet[1] = Enumerable.Range(0, 256).Select(i => (byte)i).First(hint => !_relays[0].TryFind(hint, out _));
        Assert.Equal(PacketRefusal.UnknownKey, _relays.Process(0, packet).Refusal);
    }

    [Theory]
    [MemberData(nameof(SmallOrder))]
    public void Packet_WithAPointOfSmallOrder_IsRefused(string point)
    {
        var packet = _relays.Message(3, Body);
        Convert.FromHexString(point).CopyTo(packet, 2);
        Assert.Equal(PacketRefusal.SmallOrder, _relays.Process(0, packet).Refusal);
    }

    [Fact]
    public void Header_AlteredAnywhere_IsRefusedBeforeItsTagIsNoted()
    {
        var whole = _relays.Message(3, Body);
        // Beyond the hint; the top bit of the group element is the one that X25519 does not read.
        for (var at = 2; at < SphinxFormat.PayloadAt; at += 3)
        {
            var packet = whole.ToArray();
            packet[at] ^= 0x04;
            Assert.Equal(PacketRefusal.BadMac, _relays.Process(0, packet).Refusal);
        }

        Assert.True(_relays[0].TryFind(whole[1], out var key));
        Assert.Equal(0, key.Tags.Count);
        Assert.Equal(PacketRefusal.None, _relays.Process(0, whole).Refusal);
    }

    [Fact]
    public void Packet_ForAnotherNode_IsRefused()
    {
        var packet = _relays.Message(3, Body);
        packet[1] = SphinxFormat.HintOf(_relays[1].Public[0].Key);
        Assert.Equal(PacketRefusal.BadMac, _relays.Process(1, packet).Refusal);
    }

    [Fact]
    public void Packet_AgainWithTheBitThatIsNotRead_IsAReplay()
    {
        var packet = _relays.Message(3, Body);
        var again = packet.ToArray();
        again[2 + 31] |= 0x80;
        Assert.Equal(PacketRefusal.None, _relays.Process(0, packet).Refusal);
        Assert.Equal(PacketRefusal.Replayed, _relays.Process(0, again).Refusal);
    }

    [Fact]
    public void Packet_Twice_IsAReplay_WhateverItsPayload()
    {
        var packet = _relays.Message(3, Body);
        var again = packet.ToArray();
        again[^1] ^= 1;
        Assert.Equal(PacketRefusal.None, _relays.Process(0, packet.ToArray()).Refusal);
        Assert.Equal(PacketRefusal.Replayed, _relays.Process(0, packet).Refusal);
        Assert.Equal(PacketRefusal.Replayed, _relays.Process(0, again).Refusal);
    }

    [Fact]
    public void Packet_TwiceWithARestartBetween_IsAReplay()
    {
        using var secret = X25519PrivateKey.Generate(SystemRandom.Instance);
        var store = new KnownKey(ForwardingEpoch.At(Relays.Now), secret.Value.ToArray());
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(_relays.Builder.TryBuildMessage([new PathHop(Relays.Address(0), secret.PublicKey, 0)], Body, packet));
        using (var keys = new ForwardingKeys(store, SystemRandom.Instance, Relays.Now))
            Assert.Equal(PacketRefusal.None, PacketProcessor.Process(keys, packet.ToArray()).Refusal);
        using (var keys = new ForwardingKeys(store, SystemRandom.Instance, Relays.Now))
            Assert.Equal(PacketRefusal.Replayed, PacketProcessor.Process(keys, packet).Refusal);
    }

    [Fact]
    public void Packet_WhoseTagCannotBeKept_IsRefused_AndTakenLater()
    {
        using var secret = X25519PrivateKey.Generate(SystemRandom.Instance);
        var store = new KnownKey(ForwardingEpoch.At(Relays.Now), secret.Value.ToArray()) { Takes = false };
        using var keys = new ForwardingKeys(store, SystemRandom.Instance, Relays.Now, tagCapacity: 1);
        var packets = Enumerable.Range(0, 2).Select(_ => new byte[SphinxFormat.PacketSize]).ToArray();
        foreach (var packet in packets)
            Assert.True(_relays.Builder.TryBuildMessage([new PathHop(Relays.Address(0), secret.PublicKey, 0)], Body, packet));
        Assert.Equal(PacketRefusal.TagsFailed, PacketProcessor.Process(keys, packets[0].ToArray()).Refusal);
        store.Takes = true;
        Assert.Equal(PacketRefusal.None, PacketProcessor.Process(keys, packets[0]).Refusal);
        Assert.Equal(PacketRefusal.TagsFull, PacketProcessor.Process(keys, packets[1].ToArray()).Refusal);
        // The key is replaced, and what was for it is refused for nothing.
        Assert.True(keys.Advance(Relays.Now));
        Assert.NotEqual(secret.PublicKey, keys.Public[0].Key);
        Assert.NotEqual(PacketRefusal.None, PacketProcessor.Process(keys, packets[1]).Refusal);
    }

    [Fact]
    public void Payload_AlteredOnTheWay_IsRefusedAtItsEnd_WhereverTheBitWas()
    {
        for (var at = SphinxFormat.PayloadAt; at < SphinxFormat.PacketSize; at += 101)
        {
            var packet = _relays.Message(3, Body);
            packet[at] ^= 0x80;
            _relays.Carry(2, packet);
            Assert.Equal(PacketRefusal.BadPayload, _relays.Process(2, packet).Refusal);
        }
    }

    [Theory]
    [InlineData(0, 0)] // no command
    [InlineData(0, 2)]
    [InlineData(0, 7)]
    [InlineData(0, 255)]
    [InlineData(20, 1)] // what a message does not use
    [InlineData(37, 1)]
    [InlineData(51, 1)]
    public void Layer_ThatNoSenderWrites_IsRefused(int at, byte value)
    {
        // Its own MAC is right: only who has the node's secret can make it so.
        using var secret = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var keys = new ForwardingKeys(new KnownKey(ForwardingEpoch.At(Relays.Now), secret.Value.ToArray()), SystemRandom.Instance, Relays.Now);
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(_relays.Builder.TryBuildMessage([new PathHop(Relays.Address(0), secret.PublicKey, 0)], Body, packet));
        var layer = new byte[SphinxFormat.LayerSize];
        layer[0] = (byte)HopCommand.Message;
        var xor = (byte)(layer[at] ^ value);
        Forge.Alter(secret, packet, at, xor);
        Assert.Equal(PacketRefusal.BadLayer, PacketProcessor.Process(keys, packet).Refusal);
    }

    [Fact]
    public void Path_WithAKeyOfSmallOrder_MakesNothing()
    {
        var path = _relays.Path(3);
        Assert.True(X25519PublicKey.TryParse(new byte[32], out var zero));
        path[1] = path[1] with { Key = zero };
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.False(_relays.Builder.TryBuildMessage(path, Body, packet));
        Assert.True(ConstantTime.IsZero(packet));
        Assert.False(_relays.Builder.TryCreateReplyBlock(path, out _, out _));
    }

    [Fact]
    public void ReplyBlock_UsedTwice_ServesOnce_AndIsAReplayForWhoCopiedIt()
    {
        Assert.True(_relays.Builder.TryCreateReplyBlock(_relays.Path(3), out var block, out _));
        var bytes = new byte[block!.Size];
        block.CopyTo(bytes);
        Assert.True(ReplyBlock.TryRead(bytes, out var copy));
        var (first, second) = (new byte[SphinxFormat.PacketSize], new byte[SphinxFormat.PacketSize]);
        Assert.True(block.TryBuild(Body, first));
        Assert.False(block.TryBuild(Body, second));
        Assert.True(block.IsUsed);
        Assert.True(copy!.TryBuild([9], second));
        Assert.Equal(PacketRefusal.None, _relays.Process(0, first).Refusal);
        Assert.Equal(PacketRefusal.Replayed, _relays.Process(0, second).Refusal);
    }

    [Fact]
    public void ReplyBlock_OfAnotherSizeOrWithoutAnAddress_IsNotRead()
    {
        Assert.True(_relays.Builder.TryCreateReplyBlock(_relays.Path(2), out var block, out _));
        var bytes = new byte[block!.Size];
        block.CopyTo(bytes);
        Assert.False(ReplyBlock.TryRead(bytes.AsSpan(1), out _));
        Assert.False(ReplyBlock.TryRead([.. bytes, 0], out _));
        Assert.False(ReplyBlock.TryRead([.. bytes, .. new byte[3 * SphinxFormat.LayerSize]], out _));
        foreach (var kind in new byte[] { 0, 2, 4, 5, 6, 200 })
        {
            bytes[0] = kind;
            Assert.False(ReplyBlock.TryRead(bytes, out _));
        }
    }

    [Fact]
    public void Reply_AlteredOnTheWay_IsNoise()
    {
        Assert.True(_relays.Builder.TryCreateReplyBlock(_relays.Path(3), out var block, out var keys));
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(block!.TryBuild(Body, packet));
        _relays.Carry(1, packet);
        packet[^7] ^= 1;
        Assert.True(_relays.Process(1, packet).IsForwarded);
        Assert.Equal(HopCommand.Reply, _relays.Process(2, packet).Command);
        var payload = packet[^SphinxFormat.PayloadSize..];
        keys!.Open(payload);
        Assert.False(SphinxPayload.TryReadBody(payload, out _));
    }
}
