using System.Buffers;
using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Sessions;

public sealed class SessionTests
{
    [Fact]
    public async Task NothingComesForTooLong_SessionTimesOutAtExactly45Seconds()
    {
        await using var pair = await SessionPair.ConnectAsync();
        pair.LinkB.Stall(); // B vanishes without a word
        var stream = await pair.A.OpenStreamAsync(StreamIo.Kind);
        pair.Clock.Advance(SessionLimits.DeadAfter - TimeSpan.FromMilliseconds(1));
        Assert.False(pair.A.Closed.IsCompleted);
        pair.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var close = await pair.A.Closed;
        Assert.Equal(SessionErrorCode.TimedOut, close.Code);
        Assert.False(close.ByRemote);
        var error = await Assert.ThrowsAsync<SessionException>(async () => await stream.Input.ReadAsync());
        Assert.Equal(SessionErrorCode.TimedOut, error.Code);
        await Assert.ThrowsAsync<SessionException>(async () => await pair.A.OpenStreamAsync(StreamIo.Kind));
        Assert.False(pair.A.TrySendDatagram([1]));
    }

    [Fact]
    public async Task ConnectionBreaks_BothSeeIt()
    {
        await using var pair = await SessionPair.ConnectAsync();
        var accepting = pair.B.AcceptAsync();
        pair.LinkA.Abort();
        Assert.Equal(SessionErrorCode.ConnectionLost, (await pair.A.Closed).Code);
        Assert.Equal(SessionErrorCode.ConnectionLost, (await pair.B.Closed).Code);
        await Assert.ThrowsAsync<InvalidOperationException>(() => accepting);
    }

    [Fact]
    public async Task Closed_EverythingSentBeforeArrives()
    {
        await using var pair = await SessionPair.ConnectAsync();
        var stream = await pair.A.OpenStreamAsync(StreamIo.Kind);
        var bytes = StreamIo.Bytes(200_000);
        await stream.WriteAsync(bytes);
        var closing = pair.A.CloseAsync(SessionErrorCode.ShuttingDown);
        var accepted = await pair.B.AcceptAsync();
        Assert.Equal(bytes, await accepted.ReadExactlyAsync(bytes.Length));
        await closing;
        Assert.Equal(new SessionClose(SessionErrorCode.ShuttingDown, ByRemote: true, "closed from this side"), await pair.B.Closed);
    }

    [Fact]
    public async Task CloseTowardsOneWhoTakesNothing_EndsAfterTheLinger()
    {
        await using var pair = await SessionPair.ConnectAsync(buffer: 4096);
        pair.LinkB.Stall();
        var stream = await pair.A.OpenStreamAsync(StreamIo.Kind);
        await stream.WriteAsync(new byte[200_000]);
        var closing = pair.A.CloseAsync();
        pair.Clock.Advance(SessionLimits.CloseLinger - TimeSpan.FromMilliseconds(1));
        Assert.False(closing.IsCompleted);
        pair.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await closing;
    }

    [Fact]
    public async Task BytesThatAreNoRecord_EndTheSession()
    {
        await using var pair = await SessionPair.ConnectAsync();
        await pair.LinkA.SendAsync(new byte[] { 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 }, default);
        var close = await pair.A.Closed;
        Assert.Equal(SessionErrorCode.RecordInvalid, close.Code);
        Assert.True(close.ByRemote);
        Assert.Equal(SessionErrorCode.RecordInvalid, (await pair.B.Closed).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SessionLimits.RecordTagSize)]
    [InlineData(SessionLimits.MaxRecordCiphertext + 1)]
    [InlineData(ushort.MaxValue)]
    public async Task RecordOfAWrongLength_EndsTheSessionAtItsPrefix(int length)
    {
        await using var pair = await SessionPair.ConnectAsync();
        await pair.LinkA.SendAsync(new[] { (byte)(length >> 8), (byte)length }, default);
        Assert.Equal(SessionErrorCode.RecordInvalid, (await pair.B.Closed).Code);
    }

    [Fact]
    public async Task Datagrams_Arrive()
    {
        await using var pair = await SessionPair.ConnectAsync();
        Assert.True(pair.A.TrySendDatagram([1, 2, 3]));
        Assert.Equal([1, 2, 3], (await pair.B.Datagrams.ReadAsync()).ToArray());
        Assert.False(pair.A.TrySendDatagram(new byte[SessionLimits.MaxDatagramSize + 1]));
    }

    [Fact]
    public async Task OpenOverTheLimit_WaitsForAStreamToEnd()
    {
        await using var pair = await SessionPair.ConnectAsync();
        var streams = new List<IStream>();
        for (var i = 0; i < SessionLimits.MaxStreams; i++)
            streams.Add(await pair.A.OpenStreamAsync(StreamIo.Kind));
        var waiting = pair.A.OpenStreamAsync(StreamIo.Kind).AsTask();
        using var gone = new CancellationTokenSource();
        var givenUp = pair.A.OpenStreamAsync(StreamIo.Kind, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Assert.False(waiting.IsCompleted);
        await streams[0].DisposeAsync();
        var first = await pair.B.AcceptAsync();
        Assert.Empty(await first.ReadToEndAsync());
        await first.DisposeAsync();
        Assert.Equal(2 * SessionLimits.MaxStreams, (await waiting).Id);
    }

    [Fact]
    public async Task WriterThatIsAhead_WaitsForTheReader()
    {
        await using var pair = await SessionPair.ConnectAsync();
        var stream = await pair.A.OpenStreamAsync(StreamIo.Kind);
        var accepted = await pair.B.AcceptAsync();
        stream.Output.Write(new byte[SessionLimits.StreamWindow + SessionLimits.SendBuffer]);
        var flush = stream.Output.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);
        await accepted.ReadExactlyAsync(SessionLimits.StreamWindow);
        await flush;
    }

    [Fact]
    public async Task Rekeyed_RecordsGoOn()
    {
        var protocol = NoiseProtocol.Parse("Noise_NN_25519_ChaChaPoly_BLAKE2s");
        using var one = new HandshakeState(protocol, true, default, null, null, null, SystemRandom.Instance);
        using var two = new HandshakeState(protocol, false, default, null, null, null, SystemRandom.Instance);
        var message = new byte[100];
        var payload = new byte[100];
        Assert.True(two.TryReadMessage(message.AsSpan(0, one.WriteMessage(default, message)), payload, out _));
        Assert.True(one.TryReadMessage(message.AsSpan(0, two.WriteMessage(default, message)), payload, out _));
        var (send, unused) = one.Split();
        var (unusedToo, receive) = two.Split();
        unused.Dispose();
        unusedToo.Dispose();
        using var sealing = new RecordProtection(send, rekeyInterval: 3);
        using var opening = new RecordProtection(receive, rekeyInterval: 3);
        for (byte i = 0; i < 10; i++)
        {
            var size = sealing.Seal([i], message);
            Assert.True(RecordProtection.TryMeasure(message, out var measured));
            Assert.Equal(size, measured);
            Assert.True(opening.TryOpen(message.AsSpan(0, size), payload, out var written));
            Assert.Equal([i], payload[..written]);
        }
    }
}
