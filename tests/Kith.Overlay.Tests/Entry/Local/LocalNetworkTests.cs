using System.Text;
using Kith.Overlay.Entry;
using Kith.Overlay.Entry.Local;
using Kith.Wire;

namespace Kith.Overlay.Tests.Entry.Local;

public sealed class LocalNetworkTests
{
    private static readonly EntryOptions Options = new() { ListenPort = 4711, Mainline = false };

    [Fact]
    public void Newcomer_AnnouncesAtOnceAFewTimesThenSeldom()
    {
        var world = new EntryWorld(Options);
        world.Start();
        world.Run(4_000);
        Assert.Equal([0, 150, 500, 1_200, 3_000], world.Multicasts.Select(sent => sent.At));
        world.Run(3_600_000);
        // Without peers once a minute, within a quarter.
        Assert.InRange(world.Multicasts.Count, 48, 90);
        Assert.All(world.Multicasts, sent => Assert.True(Read(sent.Datagram) is { Port: 4711, To: null, Want: true }));
        world.Core.Answered(world.Now, At("9.0.0.1:1"));
        world.Multicasts.Clear();
        world.Run(3_600_000);
        Assert.InRange(world.Multicasts.Count, 9, 17);
        Assert.All(world.Multicasts.Skip(1), sent => Assert.False(Read(sent.Datagram).Want));
    }

    [Fact]
    public void Beacon_IsAnsweredByUnicastAndItsNodeAsked()
    {
        var world = new EntryWorld(Options);
        world.Start();
        world.Alive.Add(At("10.0.0.2:5000"));
        world.Core.HeardLocal(world.Now, At("10.0.0.2:40000"), Beacon(5000, 77, want: true));
        var (to, answer) = Assert.Single(world.Sent);
        Assert.Equal(At("10.0.0.2:5000"), to);
        Assert.Equal((4711, 77UL, false), ((int)Read(answer).Port, Read(answer).To!.Value, Read(answer).Want));
        world.Run(100);
        Assert.Equal(EntrySource.LocalNetwork, world["10.0.0.2:5000"].Source);
        Assert.Equal(EntryState.Answered, world["10.0.0.2:5000"].State);
    }

    [Fact]
    public void Answer_IsTakenOnlyWithOurRunInIt()
    {
        var world = new EntryWorld(Options);
        world.Start();
        var run = Read(world.Multicasts[0].Datagram).Run;
        world.Core.Receive(world.Now, At("10.0.0.3:5000"), Beacon(5000, 78, to: run + 1));
        world.Core.Receive(world.Now, At("10.0.0.3:5000"), Beacon(5000, 78));
        world.Run(100);
        Assert.Empty(world.Asks);
        world.Core.Receive(world.Now, At("10.0.0.3:5000"), Beacon(5000, 78, to: run));
        world.Run(100);
        Assert.Equal(At("10.0.0.3:5000"), world.Asks.Single().Node);
    }

    [Fact]
    public void OurOwnBeaconAndAnswersToOthers_AreNotHeeded()
    {
        var world = new EntryWorld(Options);
        world.Start();
        world.Core.HeardLocal(world.Now, At("10.0.0.1:1"), world.Multicasts[0].Datagram);
        world.Core.HeardLocal(world.Now, At("10.0.0.1:1"), Beacon(5000, 3, to: 4));
        world.Run(100);
        Assert.Empty(world.Asks);
        Assert.Empty(world.Sent);
    }

    [Fact]
    public void KnownNode_IsAskedAgainOnlyWhenItStartedAnew()
    {
        var world = new EntryWorld(Options);
        world.Start();
        world.Alive.Add(At("10.0.0.2:5000"));
        world.Core.HeardLocal(world.Now, At("10.0.0.2:9"), Beacon(5000, 1, want: true));
        world.Run(5_000);
        world.Core.HeardLocal(world.Now, At("10.0.0.2:9"), Beacon(5000, 1));
        world.Run(5_000);
        Assert.Single(world.Asks);
        world.Core.HeardLocal(world.Now, At("10.0.0.2:9"), Beacon(5000, 2, want: true));
        world.Run(5_000);
        Assert.Equal(2, world.Asks.Count);
    }

    [Fact]
    public void FloodOfBeacons_IsHeededAtItsRateAndHoldsABound()
    {
        var world = new EntryWorld(Options);
        world.Start();
        for (var i = 0; i < 10_000; i++)
        {
            world.Core.HeardLocal(world.Now, At($"10.{i / 250 % 250}.{i % 250}.1:9"), Beacon((ushort)(1 + i), (ulong)i, want: true));
            world.Run(1);
        }

        // Ten seconds at twenty a second, and forty at once.
        Assert.InRange(world.Sent.Count, 200, 2 * LocalNetwork.BeaconsPerSecond + (10 * LocalNetwork.BeaconsPerSecond) + 5);
        Assert.InRange(world.Core.View.Count, 1, EntryLimits.MaxLocal);
    }

    [Fact]
    public void SameNodeAsking_IsAnsweredOnceASecond()
    {
        var world = new EntryWorld(Options);
        world.Start();
        for (var i = 0; i < 30; i++)
        {
            world.Core.HeardLocal(world.Now, At("10.0.0.2:9"), Beacon(5000, 1, want: true));
            world.Run(100);
        }

        Assert.Equal(3, world.Sent.Count);
    }

    [Fact]
    public void NodeOnLoopback_HeedsOnlyLoopback()
    {
        var world = new EntryWorld(Options with { LoopbackOnly = true });
        world.Start();
        world.Core.HeardLocal(world.Now, At("10.0.0.2:9"), Beacon(5000, 1, want: true));
        Assert.Empty(world.Sent);
        world.Core.HeardLocal(world.Now, At("127.0.0.1:9"), Beacon(5000, 2, want: true));
        Assert.Single(world.Sent);
    }

    [Fact]
    public void WithoutTheLocalNetwork_NothingIsSentNorHeeded()
    {
        var world = new EntryWorld(Options with { LocalNetwork = false });
        world.Start();
        world.Core.HeardLocal(world.Now, At("10.0.0.2:9"), Beacon(5000, 1, want: true));
        world.Core.InterfacesChanged(world.Now);
        world.Run(600_000);
        Assert.Empty(world.Multicasts);
        Assert.Empty(world.Sent);
        Assert.Empty(world.Asks);
    }

    [Fact]
    public void Beacons_TellNothingThatLasts()
    {
        var runs = Enumerable.Range(1, 5).Select(seed =>
        {
            var world = new EntryWorld(Options, seed);
            world.Start();
            return Read(world.Multicasts[0].Datagram).Run;
        });
        Assert.Equal(5, runs.Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("d4:herei4711e3:run8:12345678")]
    [InlineData("d4:herei0e3:run8:12345678e")]
    [InlineData("d4:herei65536e3:run8:12345678e")]
    [InlineData("d4:herei4711e3:run7:1234567e")]
    [InlineData("d4:herei4711ee")]
    [InlineData("d3:run8:12345678e")]
    [InlineData("d4:herei4711e3:run8:123456782:to3:abce")]
    [InlineData("d4:here4:47113:run8:12345678e")]
    [InlineData("d4:herei4711e3:run8:12345678ex")]
    [InlineData("d4:herei4711e3:run8:123456781:xlllllllllllllllllleeeeeeeeeeeeeeeeeee")]
    [InlineData("l4:herei4711ee")]
    public void HostileBeacons_AreRefused(string text) => Assert.False(LocalBeacon.TryRead(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void LaterKeys_ArePassedOver()
    {
        Assert.True(LocalBeacon.TryRead("d4:herei4711e3:newli1ei2ee3:run8:123456784:wanti1ee"u8, out var beacon));
        Assert.True(beacon is { Port: 4711, Want: true, To: null });
        Assert.False(LocalBeacon.TryRead(new byte[LocalBeacon.MaxSize + 1], out _));
    }

    private static byte[] Beacon(ushort port, ulong run, ulong? to = null, bool want = false)
    {
        var bytes = new byte[LocalBeacon.MaxSize];
        return bytes[..new LocalBeacon(port, run, to, want).Write(bytes)];
    }

    private static LocalBeacon Read(byte[] datagram)
    {
        Assert.True(EntryCore.IsBeacon(datagram));
        Assert.True(LocalBeacon.TryRead(datagram, out var beacon));
        return beacon;
    }

    private static Endpoint At(string text)
    {
        Assert.True(Endpoint.TryParse(text, out var endpoint));
        return endpoint;
    }
}
