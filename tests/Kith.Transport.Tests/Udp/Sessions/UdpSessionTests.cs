using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.Connections;

namespace Kith.Transport.Tests.Udp.Sessions;

public sealed class UdpSessionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Handshake_ProvesBothKeys_AndBothSeeOneHash(bool knowsKey, bool inSwarm)
    {
        using var swarm = inSwarm ? new SecretBytes(StreamIo.Bytes(32)) : null;
        await using var a = await UdpNode.StartAsync(swarm);
        await using var b = await UdpNode.StartAsync(swarm);
        var (here, there) = await a.ConnectAsync(b, knowsKey);
        Assert.Equal(b.Key.PublicKey, here.RemoteKey);
        Assert.Equal(a.Key.PublicKey, there.RemoteKey);
        Assert.Equal(here.HandshakeHash.ToArray(), there.HandshakeHash.ToArray());
        Assert.Equal((true, false), (here.IsInitiator, there.IsInitiator));
        Assert.Equal((PathKind.Direct, b.Endpoint.ToString()), (here.Path.Kind, here.Path.Address));
        Assert.Equal("udp", here.Carrier);
        Assert.Equal(b.Port.LocalEndPoints[0], here.RemoteEndPoint);
        await here.CloseAsync();
        Assert.Equal((SessionErrorCode.None, true), await CloseOf(there));
    }

    [Fact]
    public async Task AStream_CarriesBothWays_MegabytesToo()
    {
        await using var a = await UdpNode.StartAsync();
        await using var b = await UdpNode.StartAsync();
        var (here, there) = await a.ConnectAsync(b);
        var mine = await here.OpenStreamAsync(StreamIo.Kind);
        var bytes = StreamIo.Bytes(20_000_000);
        var writing = Task.Run(async () =>
        {
            await mine.Output.WriteAsync(bytes);
            await mine.Output.CompleteAsync();
        });
        var theirs = await there.AcceptAsync();
        Assert.Equal(StreamIo.Kind, theirs.Kind);
        Assert.Equal(bytes, await theirs.ReadToEndAsync().WaitAsync(Patience));
        await writing;
        await theirs.WriteAsync("back"u8.ToArray());
        await theirs.Output.CompleteAsync();
        Assert.Equal("back"u8.ToArray(), await mine.ReadToEndAsync().WaitAsync(Patience));
        Assert.NotNull(here.RoundTripTime);
    }

    [Fact]
    public async Task OverIPv6_AStreamArrivesToo()
    {
        if (!Socket.OSSupportsIPv6)
            return;
        await using var a = await UdpNode.StartAsync(address: IPAddress.IPv6Loopback);
        await using var b = await UdpNode.StartAsync(address: IPAddress.IPv6Loopback);
        var (here, there) = await a.ConnectAsync(b);
        var mine = await here.OpenStreamAsync(StreamIo.Kind);
        var bytes = StreamIo.Bytes(3_000_000);
        var writing = Task.Run(async () =>
        {
            await mine.Output.WriteAsync(bytes);
            await mine.Output.CompleteAsync();
        });
        Assert.Equal(bytes, await (await there.AcceptAsync()).ReadToEndAsync().WaitAsync(Patience));
        await writing;
        Assert.Equal(b.Endpoint.ToString(), here.Path.Address);
    }

    [Fact]
    public async Task Datagrams_GoBothWays()
    {
        await using var a = await UdpNode.StartAsync();
        await using var b = await UdpNode.StartAsync();
        var (here, there) = await a.ConnectAsync(b);
        Assert.True(here.TrySendDatagram([1, 2, 3]));
        Assert.False(here.TrySendDatagram(new byte[SessionLimits.MaxDatagramSize + 1]));
        Assert.Equal([1, 2, 3], (await there.Datagrams.ReadAsync()).ToArray());
        Assert.True(there.TrySendDatagram(new byte[SessionLimits.MaxDatagramSize]));
        Assert.Equal(SessionLimits.MaxDatagramSize, (await here.Datagrams.ReadAsync()).Length);
    }

    [Fact]
    public async Task TheWrongKey_IsRefused()
    {
        await using var a = await UdpNode.StartAsync();
        await using var b = await UdpNode.StartAsync();
        using var other = X25519PrivateKey.Generate(SystemRandom.Instance);
        var error = await Assert.ThrowsAsync<SessionException>(() => a.Carrier.ConnectAsync([b.Address], other.PublicKey).WaitAsync(Patience));
        Assert.Equal(SessionErrorCode.WrongKey, error.Code);
    }

    [Fact]
    public async Task AnotherSwarm_GetsNoAnswer()
    {
        using var swarm = new SecretBytes(StreamIo.Bytes(32));
        using var other = new SecretBytes(StreamIo.Bytes(32, 2));
        await using var a = await UdpNode.StartAsync(swarm, options: ConnectionOptions.Default with { HandshakeTimeout = TimeSpan.FromMilliseconds(400) });
        await using var b = await UdpNode.StartAsync(other);
        var error = await Assert.ThrowsAsync<SessionException>(() => a.ConnectAsync(b).WaitAsync(Patience));
        Assert.Equal(SessionErrorCode.Unreachable, error.Code);
        Assert.Equal(0, b.Port.BytesOut);
    }

    [Fact]
    public async Task NobodyListening_IsUnreachable_AndNoAddressAtOnce()
    {
        await using var a = await UdpNode.StartAsync(options: ConnectionOptions.Default with { HandshakeTimeout = TimeSpan.FromMilliseconds(300) });
        await using var b = await UdpNode.StartAsync(listens: false);
        Assert.Equal(SessionErrorCode.Unreachable, (await Assert.ThrowsAsync<SessionException>(() => a.Carrier.ConnectAsync([b.Address], b.Key.PublicKey).WaitAsync(Patience))).Code);
        Assert.Equal(SessionErrorCode.Unreachable, (await Assert.ThrowsAsync<SessionException>(() => a.Carrier.ConnectAsync([], b.Key.PublicKey).WaitAsync(Patience))).Code);
        Assert.True(NodeAddress.TryParse("via/1.2.3.4:5/AAAAAAAAAAAAAAAAAAAAAA", out var via) || NodeAddress.TryParse("tor/example.org:5", out via));
        await Assert.ThrowsAsync<ArgumentException>(() => a.Carrier.ConnectAsync([via!], null));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task PortWhereNobodyIs_IsUnreachableAndNoTimeoutIsWaitedFor_AndSessionsGoOn(string loopback)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere nobody says what became of a datagram.");
        var address = IPAddress.Parse(loopback);
        Assert.SkipUnless(address.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "There is no IPv6 here.");
        await using var a = await UdpNode.StartAsync(options: ConnectionOptions.Default with { HandshakeTimeout = TimeSpan.FromHours(1) }, address: address);
        await using var b = await UdpNode.StartAsync(address: address);
        var gone = await UdpNode.StartAsync(address: address);
        await gone.DisposeAsync();
        var (here, there) = await a.ConnectAsync(b).WaitAsync(Patience);
        // What is said of these may come when others are sent, which must not suffer for it.
        for (var i = 0; i < 500; i++)
            a.Port.Send(gone.Endpoint, "d"u8);
        var error = await Assert.ThrowsAsync<SessionException>(() => a.Carrier.ConnectAsync([gone.Address], b.Key.PublicKey).WaitAsync(Patience));
        Assert.Equal(SessionErrorCode.Unreachable, error.Code);
        Assert.True(here.TrySendDatagram("still there"u8));
        Assert.Equal("still there"u8.ToArray(), (await there.Datagrams.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience)).ToArray());
        Assert.False(here.Closed.IsCompleted);
    }

    [Fact]
    public async Task OfSeveralAddresses_WhoeverAnswersIsTaken()
    {
        await using var a = await UdpNode.StartAsync();
        await using var silent = await UdpNode.StartAsync(listens: false);
        await using var b = await UdpNode.StartAsync();
        var session = await a.Carrier.ConnectAsync([silent.Address, b.Address], b.Key.PublicKey).WaitAsync(Patience);
        Assert.Equal(b.Endpoint.ToString(), session.Path.Address);
    }

    [Fact]
    public async Task ACallGivenUp_EndsAtOnce()
    {
        await using var a = await UdpNode.StartAsync();
        await using var silent = await UdpNode.StartAsync(listens: false);
        using var giving = new CancellationTokenSource();
        var calling = a.Carrier.ConnectAsync([silent.Address], silent.Key.PublicKey, giving.Token);
        await giving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling.WaitAsync(Patience));
    }

    [Fact]
    public async Task CloseCodes_ReachTheOtherSide_AndStreamsEndWithThem()
    {
        await using var a = await UdpNode.StartAsync();
        await using var b = await UdpNode.StartAsync();
        var (here, there) = await a.ConnectAsync(b);
        var mine = await here.OpenStreamAsync(StreamIo.Kind);
        await mine.WriteAsync(new byte[] { 1 });
        var theirs = await there.AcceptAsync();
        Assert.Equal([1], await theirs.ReadExactlyAsync(1));
        var code = (SessionErrorCode)((uint)SessionErrorCode.FirstApplicationCode + 7);
        await there.CloseAsync(code).WaitAsync(Patience);
        Assert.Equal((code, true), await CloseOf(here));
        Assert.Equal(code, (await Assert.ThrowsAsync<SessionException>(async () => await mine.Input.ReadAsync())).Code);
        await Assert.ThrowsAsync<SessionException>(async () => await here.OpenStreamAsync(StreamIo.Kind));
    }

    [Fact]
    public async Task WhatWasWrittenBeforeClosing_Arrives()
    {
        await using var a = await UdpNode.StartAsync();
        await using var b = await UdpNode.StartAsync();
        var (here, there) = await a.ConnectAsync(b);
        var mine = await here.OpenStreamAsync(StreamIo.Kind);
        var bytes = StreamIo.Bytes(200_000);
        await mine.Output.WriteAsync(bytes);
        await mine.Output.CompleteAsync();
        var closing = here.CloseAsync();
        var theirs = await there.AcceptAsync();
        Assert.Equal(bytes, await theirs.ReadToEndAsync().WaitAsync(Patience));
        await closing.WaitAsync(Patience);
    }

    [Fact]
    public async Task TwoHundredSessionsOnOnePort_EachHasItsOwnBytes()
    {
        await using var a = await UdpNode.StartAsync(options: ConnectionOptions.Default with { MaxSessionsPerAddress = 512, MaxPendingPerAddress = 256 });
        await using var b = await UdpNode.StartAsync(options: ConnectionOptions.Default with { MaxSessionsPerAddress = 512, MaxPendingPerAddress = 256 });
        var echo = Task.Run(async () =>
        {
            await foreach (var session in b.Listener.Sessions.ReadAllAsync())
                _ = EchoAsync(session);
        });
        // Not all at one moment: who waits for a loaded machine to take it in is told Busy beyond a limit.
        using var beginning = new SemaphoreSlim(32);
        var rounds = Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            await beginning.WaitAsync();
            var session = await a.Carrier.ConnectAsync([b.Address], b.Key.PublicKey);
            var stream = await session.OpenStreamAsync(StreamIo.Kind);
            var bytes = StreamIo.Bytes(5000, i);
            await stream.WriteAsync(bytes);
            Assert.Equal(bytes, await stream.ReadExactlyAsync(bytes.Length));
            beginning.Release();
            return session;
        })).ToList();
        var sessions = await Task.WhenAll(rounds).WaitAsync(Patience);
        await Task.WhenAll(sessions.Select(session => session.CloseAsync())).WaitAsync(Patience);
        await b.Listener.DisposeAsync();
        await echo;
    }

    private static async Task EchoAsync(ISession session)
    {
        var stream = await session.AcceptAsync();
        await stream.Input.CopyToAsync(stream.Output);
    }

    private static async Task<(SessionErrorCode Code, bool ByRemote)> CloseOf(ISession session)
    {
        var close = await session.Closed.WaitAsync(Patience);
        return (close.Code, close.ByRemote);
    }
}
