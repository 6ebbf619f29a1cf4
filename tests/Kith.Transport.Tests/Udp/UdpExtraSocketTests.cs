using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp;

public sealed class UdpExtraSocketTests : IExtraTaker
{
    private readonly Channel<(UdpExtraSocket Socket, Endpoint From, byte[] Datagram)> _taken = Channel.CreateUnbounded<(UdpExtraSocket, Endpoint, byte[])>();

    [Fact]
    public async Task WhatComesToIt_GoesToItsTaker()
    {
        await using var port = Open();
        await using var other = Open();
        var extra = port.OpenExtra(AddressFamily.InterNetwork, this)!;
        Assert.NotEqual(port.Port, extra.LocalEndPoint.Port);

        other.Send(Endpoint.From(extra.LocalEndPoint), "hello"u8);

        var (socket, from, datagram) = await NextAsync();
        Assert.Same(extra, socket);
        Assert.Equal(Endpoint.From(other.LocalEndPoints[0]), from);
        Assert.Equal("hello"u8, datagram);
    }

    [Fact]
    public async Task AsAPath_ItCarriesBetweenThePortAndOneRemote_OthersStayWithTheTaker()
    {
        await using var port = Open();
        await using var remote = Open();
        await using var stranger = Open();
        var (here, there) = (new RecordingTaker(), new RecordingTaker());
        port.Register((byte)'d', here);
        remote.Register((byte)'d', there);
        remote.Start();
        var extra = port.OpenExtra(AddressFamily.InterNetwork, this)!;
        var path = extra.BecomePath(Endpoint.From(remote.LocalEndPoints[0]))!.Value;
        Assert.Equal(path, extra.BecomePath(Endpoint.From(remote.LocalEndPoints[0])));
        Assert.Null(extra.BecomePath(default));

        port.Send(path, "d1"u8);
        var (from, _) = await there.NextAsync();
        Assert.Equal(Endpoint.From(extra.LocalEndPoint), from);
        remote.Send(from, "d2"u8);
        var (at, datagram) = await here.NextAsync();
        Assert.Equal(path, at);
        Assert.Equal("d2"u8, datagram);
        stranger.Send(from, "d3"u8);
        var (_, _, stray) = await NextAsync();
        Assert.Equal("d3"u8, stray);

        extra.Dispose();
        Assert.Null(port.PathOf(path));
    }

    [Fact]
    public async Task ManyAtOnce_EachReceivesItsOwn_AndNoMoreThanTheLimitIsOpened()
    {
        await using var port = Open();
        await using var other = Open();
        var extras = Enumerable.Range(0, UdpPort.MaxExtraSockets).Select(_ => port.OpenExtra(AddressFamily.InterNetwork, this)!).ToList();
        Assert.All(extras, Assert.NotNull);
        Assert.Null(port.OpenExtra(AddressFamily.InterNetwork, this));
        foreach (var extra in extras)
            other.Send(Endpoint.From(extra.LocalEndPoint), [1]);
        var heard = new HashSet<UdpExtraSocket>();
        while (heard.Count < extras.Count)
            heard.Add((await NextAsync()).Socket);
        extras[0].Dispose();
        Assert.NotNull(port.OpenExtra(AddressFamily.InterNetwork, this));
    }

    [Fact]
    public async Task AFamilyThatThePortLacks_AndAClosedPort_GiveNone()
    {
        var port = Open();
        Assert.Null(port.OpenExtra(AddressFamily.InterNetworkV6, this));
        var extra = port.OpenExtra(AddressFamily.InterNetwork, this)!;
        await port.DisposeAsync();
        Assert.False(extra.TrySend(Endpoint.From(extra.LocalEndPoint), [1]));
        Assert.Null(port.OpenExtra(AddressFamily.InterNetwork, this));
    }

    void IExtraTaker.Take(UdpExtraSocket socket, Endpoint from, ReadOnlySpan<byte> datagram) => _taken.Writer.TryWrite((socket, from, datagram.ToArray()));

    private static UdpPort Open() => UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);

    private async Task<(UdpExtraSocket Socket, Endpoint From, byte[] Datagram)> NextAsync() => await _taken.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
