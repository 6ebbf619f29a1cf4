using System.Net;
using System.Net.Sockets;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp;

public sealed class UdpPortTests
{
    private static readonly IPAddress[] Loopback4 = [IPAddress.Loopback];
    private static readonly IPAddress[] Loopback46 = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    [Fact]
    public async Task Datagrams_GoToTheTakerOfTheirFirstByte()
    {
        await using var sender = Open(Loopback4);
        await using var receiver = Open(Loopback4);
        var (d, x) = (new RecordingTaker(), new RecordingTaker());
        receiver.Register((byte)'d', d);
        receiver.Register((byte)'x', x);
        receiver.Start();

        sender.Send(EndpointOf(receiver), "d1"u8);
        sender.Send(EndpointOf(receiver), "x2"u8);

        var (from, datagram) = await d.NextAsync();
        Assert.Equal("d1"u8, datagram);
        Assert.Equal(EndpointOf(sender), from);
        Assert.Equal("x2", await x.NextTextAsync());
        Assert.Equal(4, receiver.BytesIn);
        Assert.Equal(4, sender.BytesOut);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task APortWhereNobodyIs_IsToldOf_AndWhatGoesElsewhereArrives(string at)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the other systems say it otherwise or not at all");
        IPAddress[] loopback = [IPAddress.Parse(at)];
        await using var sender = Open(loopback);
        await using var receiver = Open(loopback);
        var gone = Open(loopback);
        var nowhere = EndpointOf(gone);
        await gone.DisposeAsync();
        var taker = new RecordingTaker();
        receiver.Register((byte)'d', taker);
        var told = new TaskCompletionSource<Endpoint>(TaskCreationOptions.RunContinuationsAsynchronously);
        sender.NobodyAt += endpoint => told.TrySetResult(endpoint);
        receiver.Start();
        sender.Start();

        const int Many = 10_000;
        for (var i = 0; i < Many; i++)
        {
            sender.Send(nowhere, "d"u8);
            sender.Send(EndpointOf(receiver), "d"u8);
        }

        Assert.Equal(nowhere, await told.Task.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal("d", await taker.NextTextAsync());
        // The system says what became of one datagram to whoever sends next: whose own goes all the same.
        Assert.InRange(sender.Dropped, 0, Many / 50);
    }

    [Fact]
    public async Task ADatagramForNobody_IsDropped_AndTheNextOneTaken()
    {
        await using var sender = Open(Loopback4);
        await using var receiver = Open(Loopback4);
        var (there, here) = (new RecordingTaker(), new RecordingTaker());
        receiver.Register((byte)'d', there);
        for (var first = 0; first < 256; first++)
            sender.Register((byte)first, here);
        receiver.Start();
        sender.Start();

        for (var first = 0; first < 256; first++)
        {
            if (first != 'd')
                sender.Send(EndpointOf(receiver), [(byte)first, 1, 2, 3]);
        }

        sender.Send(EndpointOf(receiver), []);
        sender.Send(EndpointOf(receiver), "done"u8);

        Assert.Equal("done", await there.NextTextAsync());
        Assert.Equal(0, there.Count);
        Assert.Equal(0, here.Count);
        Assert.Equal(0, receiver.BytesOut);
    }

    [Fact]
    public async Task ADatagramLongerThanTheLimit_IsDroppedAndCounted()
    {
        await using var sender = Open(Loopback4);
        await using var receiver = Open(Loopback4);
        var taker = new RecordingTaker();
        receiver.Register((byte)'d', taker);
        receiver.Start();

        var datagram = new byte[UdpPort.MaxDatagram + 1];
        datagram[0] = (byte)'d';
        sender.Send(EndpointOf(receiver), datagram);
        sender.Send(EndpointOf(receiver), datagram.AsSpan(0, UdpPort.MaxDatagram));

        Assert.Equal(UdpPort.MaxDatagram, (await taker.NextAsync()).Datagram.Length);
        Assert.Equal(1, receiver.Dropped);
    }

    [Fact]
    public async Task APortThatNobodyListensOn_DisturbsNoOne()
    {
        await using var sender = Open(Loopback4);
        await using var receiver = Open(Loopback4);
        var taker = new RecordingTaker();
        sender.Register((byte)'d', taker);
        sender.Start();
        var closed = Open(Loopback4);
        var gone = EndpointOf(closed);
        await closed.DisposeAsync();

        for (var i = 0; i < 10; i++)
            sender.Send(gone, "d"u8);
        receiver.Send(EndpointOf(sender), "d and on"u8);

        Assert.Equal("d and on", await taker.NextTextAsync());
    }

    [Theory]
    [InlineData("[2001:db8::1]:4711")]
    [InlineData("255.255.255.255:4711")]
    public async Task AnAddressThatCannotBeReached_IsCountedAsDropped(string to)
    {
        await using var port = Open(Loopback4);
        Assert.True(Endpoint.TryParse(to, out var endpoint));
        port.Send(endpoint, "d"u8);
        Assert.Equal(1, port.Dropped);
        Assert.Equal(0, port.BytesOut);
    }

    [Fact]
    public async Task ADatagramTooLongToSend_IsCountedAsDropped()
    {
        await using var port = Open(Loopback4);
        port.Send(EndpointOf(port), new byte[70_000]);
        Assert.Equal(1, port.Dropped);
    }

    [Fact]
    public async Task BothFamilies_HaveOneNumber()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 && HasLoopback6(), "this machine has no IPv6");
        await using var sender = Open(Loopback46);
        await using var receiver = Open(Loopback46);
        var taker = new RecordingTaker();
        receiver.Register((byte)'d', taker);
        receiver.Start();

        Assert.All(receiver.LocalEndPoints, local => Assert.Equal(receiver.Port, local.Port));
        foreach (var local in receiver.LocalEndPoints)
        {
            sender.Send(Endpoint.From(local), "d"u8);
            var (from, _) = await taker.NextAsync();
            Assert.Equal(Endpoint.From(local.Address, sender.Port), from);
        }
    }

    [Fact]
    public async Task EveryAddress_IsOpenedOnMachinesWithoutIPv6Too()
    {
        await using var port = Open([IPAddress.Any, IPAddress.IPv6Any]);
        Assert.Contains(port.LocalEndPoints, local => local.Address.Equals(IPAddress.Any));
        Assert.False(port.IsLoopbackOnly);
    }

    [Fact]
    public async Task Loopback_IsBoundAlone()
    {
        await using var port = Open(Loopback4);
        Assert.True(port.IsLoopbackOnly);
        Assert.Equal(IPAddress.Loopback, Assert.Single(port.LocalEndPoints).Address);
    }

    [Fact]
    public async Task ANumberThatIsTaken_IsRefused()
    {
        await using var port = Open(Loopback4);
        var error = Assert.Throws<SocketException>(() => UdpPort.Open(Loopback4, port.Port, TimeProvider.System));
        Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
    }

    [Fact]
    public void TwoAddressesOfOneFamily_AreRefused() =>
        Assert.Throws<ArgumentException>(() => UdpPort.Open([IPAddress.Loopback, IPAddress.Any], 0, TimeProvider.System));

    [Fact]
    public async Task AClosedPort_SendsNothingAndThrowsNothing()
    {
        var port = Open(Loopback4);
        port.Start();
        await port.DisposeAsync();
        port.Send(EndpointOf(port), "d"u8);
        Assert.Equal(1, port.Dropped);
    }

    [Fact]
    public async Task Sending_AllocatesNothing()
    {
        await using var port = Open(Loopback4);
        var to = EndpointOf(port);
        var datagram = new byte[100];
        port.Send(to, datagram);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            port.Send(to, datagram);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static UdpPort Open(IReadOnlyList<IPAddress> addresses) => UdpPort.Open(addresses, 0, TimeProvider.System);

    private static Endpoint EndpointOf(UdpPort port) => Endpoint.From(port.LocalEndPoints[0]);

    private static bool HasLoopback6()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
