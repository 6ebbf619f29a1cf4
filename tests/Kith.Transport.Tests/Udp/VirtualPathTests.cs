using System.Net;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp;

public sealed class VirtualPathTests
{
    [Fact]
    public async Task WhatIsSentToAPath_GoesThroughIt_AndWhatComesByItIsFromItsEndpoint()
    {
        await using var port = Open();
        var taker = new RecordingTaker();
        port.Register(0x40, 0x5f, taker);
        var path = new MemoryPath();
        var at = port.AddPath(path);
        Assert.True(UdpPort.IsVirtual(at));
        Assert.Same(path, port.PathOf(at));
        Assert.True(port.CanSendTo(at));

        port.Send(at, [1, 2, 3]);
        Assert.Equal([1, 2, 3], Assert.Single(path.Sent));

        port.DeliverFrom(at, [0x5f, 9]);
        var (from, datagram) = await taker.NextAsync();
        Assert.Equal(at, from);
        Assert.Equal([0x5f, 9], datagram);
    }

    [Fact]
    public async Task PathsHaveEndpointsOfTheirOwn_AndOneTakenAwayIsSilent()
    {
        await using var port = Open();
        var taker = new RecordingTaker();
        port.Register(0x40, taker);
        var (one, two) = (new MemoryPath(), new MemoryPath());
        var (at, other) = (port.AddPath(one), port.AddPath(two));
        Assert.NotEqual(at, other);
        port.RemovePath(at);
        Assert.Null(port.PathOf(at));
        Assert.False(port.CanSendTo(at));
        port.Send(at, [1]);
        port.Send(other, [2]);
        port.DeliverFrom(at, [0x40]);
        Assert.Empty(one.Sent);
        Assert.Single(two.Sent);
        Assert.Equal(0, taker.Count);
        Assert.Equal(1, port.Dropped);
    }

    [Fact]
    public async Task ADatagramThatIsTooLongForThePath_IsDroppedAndCounted()
    {
        await using var port = Open();
        var path = new MemoryPath { MaxDatagram = 4 };
        port.Send(port.AddPath(path), new byte[5]);
        Assert.Empty(path.Sent);
        Assert.Equal(1, port.Dropped);
    }

    [Fact]
    public async Task ADatagramFromTheNetworkThatNamesAPath_IsDropped()
    {
        await using var port = Open();
        var taker = new RecordingTaker();
        port.Register(0x40, taker);
        port.Deliver(port.AddPath(new MemoryPath()), [0x40], 1);
        Assert.Equal(0, taker.Count);
        Assert.Equal(1, port.Dropped);
    }

    [Fact]
    public void OnlyTheDiscardPrefix_IsVirtual()
    {
        Assert.True(UdpPort.IsVirtual(Endpoint.From(IPAddress.Parse("100::1"), 1)));
        Assert.False(UdpPort.IsVirtual(Endpoint.From(IPAddress.Parse("100:0:0:1::1"), 1)));
        Assert.False(UdpPort.IsVirtual(Endpoint.From(IPAddress.Loopback, 1)));
    }

    private static UdpPort Open() => UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);

    private sealed class MemoryPath : IVirtualPath
    {
        public List<byte[]> Sent { get; } = [];

        public PathKind Kind => PathKind.Relay;

        public int MaxDatagram { get; init; } = 1200;

        public string Describe() => "a test";

        public bool TrySend(ReadOnlySpan<byte> datagram)
        {
            Sent.Add(datagram.ToArray());
            return true;
        }
    }
}
