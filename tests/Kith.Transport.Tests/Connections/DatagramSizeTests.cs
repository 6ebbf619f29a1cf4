using Kith.Transport.Connections;
using Kith.Transport.Tests.Sessions;

namespace Kith.Transport.Tests.Connections;

/// <summary>Who watches the wire cannot tell a session's datagrams apart by their size, whatever else there is to say beside them.</summary>
public sealed class DatagramSizeTests
{
    [Theory]
    [InlineData(SessionLimits.MaxDatagramSize, 0)]
    [InlineData(SessionLimits.MaxDatagramSize, 20)]
    [InlineData(200, 0)]
    public void DatagramsBothWaysBesideAcksAndStreams_EachIsOnePacketOfOneSize(int size, int lossPercent)
    {
        using var pair = ConnectionPair.Open();
        var random = new Random(11);
        pair.Filter = (_, _, datagram) => random.Next(100) < lossPercent ? null : datagram;
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        var before = pair.Sent.Count;
        const int Rounds = 200;
        for (var round = 0; round < Rounds; round++)
        {
            CoreSide.Write(stream, [1, 2, 3]);
            Assert.True(pair.Caller.Core.TryQueueDatagram(new byte[size]));
            if (round % 3 == 0)
                Assert.True(pair.Called.Core.TryQueueDatagram(new byte[size]));
            pair.Run(TimeSpan.FromMilliseconds(random.Next(40)));
        }

        pair.Run(TimeSpan.FromSeconds(5));
        var sizes = pair.Sent.Skip(before).Select(static one => one.Datagram.Length).ToArray();
        // Nothing but a datagram brings a packet near this size: the stream's pieces and ACKs are small.
        var large = sizes.Where(one => one >= size).ToArray();
        Assert.All(large, static one => Assert.Equal(ConnectionLimits.UniformDatagram, one));
        if (lossPercent > 0)
            return;
        if (size == SessionLimits.MaxDatagramSize)
            Assert.Equal(Rounds + ((Rounds + 2) / 3), large.Length);
        Assert.Equal((Rounds, (Rounds + 2) / 3), (pair.Called.Datagrams.Count, pair.Caller.Datagrams.Count));
    }

    [Fact]
    public void ManyDatagramsAtOnce_LeaveTogetherInPacketsOfOneSize()
    {
        using var pair = ConnectionPair.Open();
        pair.Run(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 8; i++)
            Assert.True(pair.Caller.Core.TryQueueDatagram(new byte[SessionLimits.MaxDatagramSize]));
        var buffer = new byte[ConnectionLimits.MaxDatagram];
        Assert.Equal(8 * ConnectionLimits.UniformDatagram, pair.Caller.Core.Write(pair.Now, buffer, out _, out var segment));
        Assert.Equal(ConnectionLimits.UniformDatagram, segment);
    }

    [Fact]
    public void SideThatSendsDatagrams_FillsNoLargerPackets()
    {
        using var pair = ConnectionPair.Open();
        Assert.True(pair.Caller.Core.TryQueueDatagram(new byte[10]));
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        var before = pair.Sent.Count;
        CoreSide.Write(stream, new byte[100_000]);
        pair.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(100_000, CoreSide.Read(pair.Called.Accepted[0]).Length);
        Assert.All(pair.Sent.Skip(before).Where(one => one.From == pair.Caller.Endpoint), static one => Assert.InRange(one.Datagram.Length, 1, ConnectionLimits.UniformDatagram));
    }
}
