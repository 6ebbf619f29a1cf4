using Kith.Transport.Connections;
using Kith.Transport.Sessions;
using Kith.Transport.Tests.Sessions;

namespace Kith.Transport.Tests.Connections;

public sealed class ConnectionStreamTests
{
    [Fact]
    public void Stream_BytesBothWays_Arrive()
    {
        using var pair = ConnectionPair.Open();
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        CoreSide.Write(stream, [1, 2, 3]);
        pair.RunUntil(() => pair.Called.Accepted.Count == 1);
        Assert.Equal(StreamIo.Kind, pair.Called.Accepted[0].Kind);
        Assert.Equal([1, 2, 3], CoreSide.Read(pair.Called.Accepted[0]));
        CoreSide.Write(pair.Called.Accepted[0], [4, 5]);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([4, 5], CoreSide.Read(stream));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(30)]
    public void Stream_ManyBytesOverLossyWire_ArriveInOrder(int lossPercent)
    {
        using var pair = ConnectionPair.Open();
        var random = new Random(7);
        pair.Filter = (_, _, datagram) => random.Next(100) < lossPercent ? null : datagram;
        var sent = StreamIo.Bytes(3_000_000);
        var received = Transfer(pair, sent);
        Assert.True(sent.AsSpan().SequenceEqual(received));
        pair.RunUntil(() => pair.Caller.Core.StreamCount == 0 && pair.Called.Core.StreamCount == 0);
    }

    private static byte[] Transfer(ConnectionPair pair, byte[] bytes)
    {
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        CoreSide.Write(stream, bytes);
        stream.Output.Complete();
        using var all = new MemoryStream();
        pair.RunUntil(
            () =>
            {
                if (pair.Called.Accepted.Count == 0)
                    return false;
                all.Write(CoreSide.Read(pair.Called.Accepted[0]));
                return CoreSide.IsAtEnd(pair.Called.Accepted[0]);
            },
            TimeSpan.FromMinutes(10));
        CoreSide.Read(pair.Called.Accepted[0]);
        pair.Called.Accepted[0].Output.Complete();
        stream.Input.TryRead(out _);
        stream.Input.Complete();
        return all.ToArray();
    }
}
