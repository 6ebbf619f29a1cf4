using Kith.Crypto;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Sphinx;

/// <summary>Packets and replies over whole paths.</summary>
public sealed class PathTests
{
    private static readonly byte[] Body = [.. Enumerable.Range(0, SphinxFormat.BodySize).Select(i => (byte)(i * 7))];

    public static TheoryData<int> Lengths => [.. Enumerable.Range(1, SphinxFormat.MaxHops)];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Message_OverPath_ArrivesWhole(int hops)
    {
        using var relays = new Relays(hops);
        var packet = relays.Message(hops, Body);
        relays.Carry(hops - 1, packet);
        Assert.Equal(HopCommand.Message, relays.Process(hops - 1, packet).Command);
        Assert.Equal(Body, packet[^SphinxFormat.BodySize..]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Meeting_OverPath_OpensUnderTheKeyOfTheHandleAlone(int hops)
    {
        using var relays = new Relays(hops);
        var packet = new byte[SphinxFormat.PacketSize];
        var key = SystemRandom.Instance.NextBytes(MeetingSeal.KeySize);
        Assert.True(relays.Builder.TryBuildMeeting(relays.Path(hops), new NodeHandle(new Bits128(0, 77)), key, Body, packet));
        relays.Carry(hops - 1, packet);
        var processed = relays.Process(hops - 1, packet);
        Assert.Equal((HopCommand.Meet, new NodeHandle(new Bits128(0, 77)), Relays.Delay + hops - 1), (processed.Command, processed.Handle, processed.Delay));
        var payload = packet[^SphinxFormat.PayloadSize..];
        Assert.False(SphinxPayload.TryReadBody(payload, out _));
        Assert.False(MeetingSeal.TryOpen(new byte[MeetingSeal.KeySize], payload.ToArray(), out _));
        Assert.True(MeetingSeal.TryOpen(key, payload, out var body));
        Assert.Equal(Body, body);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Reply_OverItsBlock_IsOpenedByItsMaker(int hops)
    {
        using var relays = new Relays(hops);
        Assert.True(relays.Builder.TryCreateReplyBlock(relays.Path(hops), out var made, out var keys));
        Span<byte> bytes = stackalloc byte[made!.Size];
        made.CopyTo(bytes);
        Assert.Equal(ReplyBlock.ShortSize + (Math.Max(0, hops - ReplyBlock.ShortHops) * SphinxFormat.LayerSize), bytes.Length);
        Assert.True(ReplyBlock.TryRead(bytes, out var block));
        Assert.Equal(Relays.Address(0), block!.First);
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(block.TryBuild(Body, packet));
        relays.Carry(hops - 1, packet);
        var processed = relays.Process(hops - 1, packet);
        Assert.Equal((HopCommand.Reply, keys!.Id), (processed.Command, processed.Reply));
        var payload = packet[^SphinxFormat.PayloadSize..];
        keys.Open(payload);
        Assert.True(SphinxPayload.TryReadBody(payload, out var body));
        Assert.Equal(Body, body);
    }
}
