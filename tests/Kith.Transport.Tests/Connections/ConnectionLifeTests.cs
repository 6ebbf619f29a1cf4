using Kith.Transport.Connections;
using Kith.Transport.Sessions;
using Kith.Transport.Tests.Sessions;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

/// <summary>Keep-alive, death, closing, resets, keys that turn, datagrams.</summary>
public sealed class ConnectionLifeTests
{
    [Fact]
    public void Idle_NothingToSay_NeverSilentForLongerThanTheKeepAlive()
    {
        using var pair = ConnectionPair.Open();
        var last = pair.Now;
        var longest = TimeSpan.Zero;
        pair.Filter = (_, _, datagram) =>
        {
            longest = pair.Now - last > longest ? pair.Now - last : longest;
            last = pair.Now;
            return datagram;
        };
        var before = pair.Sent.Count;
        pair.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(ConnectionState.Open, pair.Caller.Core.State);
        Assert.Equal(ConnectionState.Open, pair.Called.Core.State);
        Assert.InRange(longest, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15.1));
        Assert.InRange(pair.Sent.Count - before, 80, 200);
    }

    [Fact]
    public void Idle_NatsForgetSooner_KeepsAliveMoreOften()
    {
        using var pair = ConnectionPair.Open();
        pair.Caller.Table.KeepAlive = TimeSpan.FromSeconds(8);
        pair.Run(TimeSpan.FromSeconds(20)); // what was reckoned before is used up
        var before = pair.Sent.Count(sent => sent.From == pair.Caller.Endpoint);
        pair.Run(TimeSpan.FromSeconds(80));
        Assert.InRange(pair.Sent.Count(sent => sent.From == pair.Caller.Endpoint) - before, 9, 30);
    }

    [Fact]
    public void Idle_OtherSideGone_EndsAfter45Seconds()
    {
        using var pair = ConnectionPair.Open();
        var last = pair.Now;
        pair.Filter = (from, _, datagram) => from == pair.Called.Endpoint ? null : datagram;
        pair.RunUntil(() => pair.Caller.Ended.Count == 1, TimeSpan.FromMinutes(2));
        Assert.Equal(SessionErrorCode.TimedOut, pair.Caller.Ended[0].Close!.Code);
        Assert.InRange(pair.Now - last, TimeSpan.FromSeconds(44), TimeSpan.FromSeconds(61));
        Assert.Equal(1, pair.Caller.PathLosses);
    }

    [Fact]
    public void Close_WithDataOnItsWay_DeliversItFirst()
    {
        using var pair = ConnectionPair.Open();
        var random = new Random(3);
        pair.Filter = (_, _, datagram) => random.Next(4) == 0 ? null : datagram;
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        var bytes = StreamIo.Bytes(100_000);
        CoreSide.Write(stream, bytes);
        pair.Caller.Close(pair.Now, SessionErrorCode.ShuttingDown);
        pair.RunUntil(() => pair.Caller.Ended.Count == 1 && pair.Called.Ended.Count == 1);
        Assert.Equal(bytes, CoreSide.Read(pair.Called.Accepted[0]));
        Assert.Equal(new SessionClose(SessionErrorCode.ShuttingDown, ByRemote: true, "a test"), pair.Called.Ended[0].Close);
        Assert.False(pair.Caller.Ended[0].Close!.ByRemote);
    }

    [Fact]
    public void Close_Lost_IsSaidAgainToWhoeverStillSends()
    {
        using var pair = ConnectionPair.Open();
        var isDropped = false;
        pair.Filter = (from, _, datagram) =>
        {
            if (from != pair.Caller.Endpoint || isDropped)
                return datagram;
            isDropped = true;
            return null;
        };
        pair.Caller.Close(pair.Now, SessionErrorCode.None, flush: false);
        var stream = pair.Called.Core.TryOpen(StreamIo.Kind)!;
        CoreSide.Write(stream, [1]);
        pair.RunUntil(() => pair.Called.Ended.Count == 1, TimeSpan.FromSeconds(5));
        Assert.True(pair.Called.Ended[0].Close!.ByRemote);
    }

    [Fact]
    public void Reset_OfAForgottenSession_EndsIt()
    {
        using var pair = ConnectionPair.Open();
        var core = pair.Called.Core;
        pair.Called.Connections.Clear();
        pair.Called.Table.Forget(core);
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        CoreSide.Write(stream, StreamIo.Bytes(100));
        pair.RunUntil(() => pair.Caller.Ended.Count == 1, TimeSpan.FromSeconds(2));
        Assert.Equal(SessionErrorCode.ConnectionLost, pair.Caller.Ended[0].Close!.Code);
        Assert.Equal(1, pair.Called.Table.Counters.ResetsSent);
    }

    [Fact]
    public void Reset_WithAnotherToken_IsIgnored()
    {
        using var pair = ConnectionPair.Open();
        var bytes = StreamIo.Bytes(40);
        bytes[0] = 0x44;
        pair.Inject(pair.Called.Endpoint, pair.Caller.Endpoint, bytes);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(ConnectionState.Open, pair.Caller.Core.State);
    }

    [Fact]
    public void Reset_IsShorterThanWhatItAnswersAndEndsWithTheIdsToken()
    {
        using var called = new ConnectionSide("192.0.2.2:4002");
        var packet = StreamIo.Bytes(30);
        packet[0] = 0x41;
        var answer = called.Receive(TimeSpan.Zero, Endpoint.FromIPv4(1, 1), packet)!;
        Assert.Equal(29, answer.Length);
        Assert.True(ShortHeader.Is(answer[0]));
        packet = packet[..21];
        Assert.Null(called.Receive(TimeSpan.Zero, Endpoint.FromIPv4(1, 1), packet));
        byte[] more = [0x41, .. StreamIo.Bytes(50)];
        for (var i = 0; i < 200; i++)
            called.Receive(TimeSpan.Zero, Endpoint.FromIPv4(1, 1), more);
        Assert.Equal(100, called.Table.Counters.ResetsSent); // a second's share
    }

    [Fact]
    public void Keys_TurnOften_NothingIsLost()
    {
        using var pair = ConnectionPair.Open(packetsPerKey: 20);
        var random = new Random(5);
        pair.Filter = (_, _, datagram) => random.Next(10) == 0 ? null : datagram;
        var phases = new HashSet<bool>();
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        var bytes = StreamIo.Bytes(900_000);
        CoreSide.Write(stream, bytes);
        using var all = new MemoryStream();
        pair.RunUntil(() =>
        {
            if (pair.Called.Accepted.Count > 0)
                all.Write(CoreSide.Read(pair.Called.Accepted[0]));
            return all.Length == bytes.Length;
        });
        Assert.Equal(bytes, all.ToArray());
        Assert.True(pair.Caller.Core.KeyGeneration > 3);
        Assert.InRange(pair.Called.Core.KeyGeneration - pair.Caller.Core.KeyGeneration, -1, 1);
        pair.Run(TimeSpan.FromMinutes(3));
        Assert.Equal(ConnectionState.Open, pair.Caller.Core.State);
    }

    [Fact]
    public void Keys_AnHourOld_Turn()
    {
        using var pair = ConnectionPair.Open();
        pair.Run(TimeSpan.FromMinutes(61));
        Assert.InRange(pair.Caller.Core.KeyGeneration, 1, 2);
        Assert.InRange(pair.Called.Core.KeyGeneration, 1, 2);
        Assert.Equal(ConnectionState.Open, pair.Caller.Core.State);
    }

    [Fact]
    public void Datagrams_QueuedWithinTheLimit_Arrive()
    {
        using var pair = ConnectionPair.Open();
        Assert.False(pair.Caller.Core.TryQueueDatagram(new byte[SessionLimits.MaxDatagramSize + 1]));
        for (var i = 0; i < 64; i++)
            Assert.True(pair.Caller.Core.TryQueueDatagram(StreamIo.Bytes(SessionLimits.MaxDatagramSize, i)));
        Assert.False(pair.Caller.Core.TryQueueDatagram([1]));
        pair.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(64, pair.Called.Datagrams.Count);
        Assert.Equal(StreamIo.Bytes(SessionLimits.MaxDatagramSize, 63), pair.Called.Datagrams[63]);
    }

    [Fact]
    public void Window_OfASlowReader_HoldsTheSenderBack()
    {
        using var pair = ConnectionPair.Open();
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        var bytes = StreamIo.Bytes(2_000_000);
        CoreSide.Write(stream, bytes);
        pair.Run(TimeSpan.FromSeconds(20));
        using var all = new MemoryStream();
        all.Write(CoreSide.Read(pair.Called.Accepted[0]));
        Assert.Equal(512 * 1024, all.Length);
        pair.RunUntil(() =>
        {
            all.Write(CoreSide.Read(pair.Called.Accepted[0]));
            return all.Length == bytes.Length;
        });
        Assert.Equal(bytes, all.ToArray());
    }

    [Fact]
    public void Window_OverALongRoundTrip_Grows()
    {
        using var pair = ConnectionPair.Open();
        pair.Delay = TimeSpan.FromMilliseconds(250);
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        const int Size = 40_000_000;
        CoreSide.Write(stream, new byte[Size]);
        var start = pair.Now;
        long got = 0;
        pair.RunUntil(
            () =>
            {
                if (pair.Called.Accepted.Count > 0)
                    got += CoreSide.Read(pair.Called.Accepted[0]).Length;
                return got == Size;
            },
            TimeSpan.FromMinutes(2));
        // 1 MiB a round trip would take 19 s.
        Assert.InRange(pair.Now - start, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(14));
    }

    [Fact]
    public void Stream_ResetAndStopped_BothSidesLearnTheCodes()
    {
        using var pair = ConnectionPair.Open();
        var stream = pair.Caller.Core.TryOpen(StreamIo.Kind)!;
        CoreSide.Write(stream, [1, 2]);
        pair.RunUntil(() => pair.Called.Accepted.Count == 1);
        pair.Called.Accepted[0].Reset(42);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(42ul, Assert.IsType<StreamException>(stream.InputError).Code);
        Assert.Equal(42ul, Assert.IsType<StreamException>(stream.OutputError).Code);
        stream.Input.Complete();
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 0), (pair.Caller.Core.StreamCount, pair.Called.Core.StreamCount));
    }

    [Fact]
    public void Streams_ManyMoreThanAtOnce_AllPass()
    {
        using var pair = ConnectionPair.Open();
        var random = new Random(9);
        pair.Filter = (_, _, datagram) => random.Next(20) == 0 ? null : datagram;
        var (opened, read) = (0, 0);
        pair.RunUntil(
            () =>
            {
                while (opened < 500 && pair.Caller.Core.TryOpen(StreamIo.Kind) is { } stream)
                {
                    CoreSide.Write(stream, [(byte)opened++]);
                    stream.Output.Complete();
                    stream.Input.Complete();
                }

                foreach (var stream in pair.Called.Accepted.ToArray())
                {
                    if (CoreSide.Read(stream).Length == 0)
                        continue;
                    read++;
                    stream.Output.Complete();
                    stream.Input.Complete();
                    pair.Called.Accepted.Remove(stream);
                }

                return read == 500;
            },
            TimeSpan.FromMinutes(5));
        pair.RunUntil(() => pair.Caller.Core.StreamCount + pair.Called.Core.StreamCount == 0);
    }
}
