using Kith.Overlay.Relay;

namespace Kith.Overlay.Tests.Relay;

/// <summary>What goes through circuits, and what does not.</summary>
public class TrafficTests
{
    private readonly RelayWorld _world = new();
    private readonly RelayNode _caller;
    private readonly RelayNode _relay;
    private readonly RelayNode _receiver;

    public TrafficTests()
    {
        _caller = _world.Add("203.0.113.1:4001", RelayConsent.Use);
        _relay = _world.Add("198.51.100.1:4002", RelayConsent.Serve);
        _receiver = _world.Add("192.0.2.1:4003", RelayConsent.Use);
        _ = _world.Open(_caller, _relay, RelayWorld.Register(_receiver, _relay, 1));
    }

    [Theory]
    [InlineData(0x40, true)]
    [InlineData(0x5f, true)]
    [InlineData(0xc0, true)]
    [InlineData(0xdf, true)]
    [InlineData((byte)'d', false)]
    [InlineData(RelayLimits.DataByte, false)]
    [InlineData(0x21, false)]
    [InlineData(0x3f, false)]
    [InlineData(0x60, false)]
    [InlineData(0xe0, false)]
    public void FirstByte_OnlyThoseOfSessionsPass(byte first, bool passes)
    {
        Assert.True(_caller.Send(_caller.End, [first, 1]));
        _world.Settle();
        Assert.Equal(passes ? 1 : 0, _receiver.Received.Count);
    }

    [Fact]
    public void LengthAtTheLimit_PassesAndBeyondDoesNot()
    {
        foreach (var length in new[] { RelayLimits.MaxPacket, RelayLimits.MaxPacket + 1 })
        {
            var packet = new byte[length];
            packet[0] = 0xc0;
            Assert.True(_caller.Send(_caller.End, packet));
        }

        _world.Settle();
        Assert.Equal(RelayLimits.MaxPacket, Assert.Single(_receiver.Received).Packet.Length);
    }

    [Fact]
    public void EmptyPacketAndCutHeader_AreDropped()
    {
        Assert.Equal(PacketFate.Dropped, _relay.Core.Table.Take(_world.Now, _caller.At, [], out _));
        Assert.Equal(PacketFate.Dropped, _relay.Core.Table.Take(_world.Now, _caller.At, [RelayLimits.DataByte, 1, 2], out _));
        Assert.Equal(PacketFate.Dropped, _relay.Core.Table.Take(_world.Now, _caller.At, _caller.End.Wrap([], new byte[16]), out _));
    }

    [Fact]
    public void UnknownId_IsNotAnswered()
    {
        var before = _world.Sent.Count;
        _relay.Take(_world.Now, _caller.At, [RelayLimits.DataByte, 1, 2, 3, 4, 5, 6, 7, 8, 0xc0]);
        Assert.Equal(before, _world.Sent.Count);
    }

    [Fact]
    public void Flood_IsCutToTheCircuitsShareAndOthersAreCarried()
    {
        var second = _world.Add("203.0.114.1:4001", RelayConsent.Use);
        var other = _world.Add("192.0.3.1:4003", RelayConsent.Use);
        _ = _world.Open(second, _relay, RelayWorld.Register(other, _relay, 2));
        var packet = new byte[1200];
        packet[0] = 0x40;
        for (var millisecond = 0; millisecond < 1_000; millisecond++)
        {
            for (var i = 0; i < 50; i++)
                Assert.True(_caller.Send(_caller.End, packet));
            if (millisecond % 100 == 0)
                Assert.True(second.Send(second.End, packet));
            _world.Run(1);
        }

        var bytes = _receiver.Received.Sum(received => (long)received.Packet.Length);
        Assert.InRange(bytes, 1, 3L * RelayLimits.BytesPerSecond);
        Assert.Equal(10, other.Received.Count);
        Assert.True(_relay.Core.View.PacketsDropped > 40_000);
    }

    [Fact]
    public void FloodOfSmallPackets_IsCutByNumber()
    {
        for (var i = 0; i < 20_000; i++)
            Assert.True(_caller.Send(_caller.End, [0x40]));
        _world.Settle();
        Assert.Equal(2 * RelayLimits.PacketsPerSecond, _receiver.Received.Count);
    }

    [Fact]
    public void FloodByTheRelay_IsCutByTheEnd()
    {
        for (var i = 0; i < 100_000; i++)
            _receiver.Take(_world.Now, _relay.At, [.. _receiver.End.Wrap([0x40, 0], new byte[16])]);
        Assert.Equal(2 * RelayLimits.TakenPacketsPerSecond, _receiver.Received.Count);
    }

    [Fact]
    public void EndedCircuit_TakesNothingMore()
    {
        var end = _caller.End;
        _caller.Core.SetConsent(RelayConsent.Off);
        Assert.False(_caller.Send(end, [0xc0]));
        _world.Settle();
        _receiver.Received.Clear();
        Assert.Equal(PacketFate.Dropped, _relay.Core.Table.Take(_world.Now, _caller.At, end.Wrap([0xc0], new byte[16]), out _));
    }
}
