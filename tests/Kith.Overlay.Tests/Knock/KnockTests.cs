using System.Text;
using Kith.Crypto;
using Kith.Overlay.Knock;
using Kith.Overlay.Rendezvous;
using Kith.Overlay.Tests.Rendezvous;
using Kith.Simulation.Network;

namespace Kith.Overlay.Tests.Knock;

public sealed class KnockTests
{
    private const byte Pair = 1;

    /// <summary>Two neighbours, the second of whom hears the first.</summary>
    private readonly KnockWorld _two = Two();

    public static TheoryData<string> VectorNames => [.. FindRecordTests.Vectors("knock.json").Select(vector => FindRecordTests.Text(vector, "name"))];

    [Theory]
    [MemberData(nameof(VectorNames))]
    public void Vector_Opens(string name)
    {
        var vector = FindRecordTests.Vectors("knock.json").Single(each => FindRecordTests.Text(each, "name") == name);
        Assert.True(KnockMessage.TryRead(FindRecordTests.Bytes(vector, "datagram"), out var packet, out var life));
        Assert.Equal(vector.GetProperty("life").GetInt32(), life);
        Assert.True(Ed25519PublicKey.TryParse(FindRecordTests.Bytes(vector, "maker"), out var maker));
        var key = KnockMessage.DeriveKey(new FindSecret(FindRecordTests.Bytes(vector, "secret")));
        Assert.True(KnockMessage.TryOpen(key, maker, packet, out var content, out var madeAt));
        Assert.Equal(vector.GetProperty("addresses").EnumerateArray().Select(address => address.GetString()), content.Addresses);
        Assert.Equal(vector.GetProperty("madeAt").GetInt64(), madeAt);
    }

    [Fact]
    public void Neighbour_HearsTheKnockOnce()
    {
        Assert.True(_two.Knock(0, Pair));
        _two.Network.Run(1000);
        var (node, secret, content, _) = Assert.Single(_two.Heard);
        Assert.Same(_two.Nodes[1], node);
        Assert.Equal(KnockWorld.Secret(Pair), secret);
        Assert.Equal(["192.0.2.1:7300"], content.Addresses);
    }

    [Fact]
    public void Off_NothingIsSentPassedOnOrOpened()
    {
        var world = new KnockWorld(1, 2, LinkQuality.Perfect, isOn: false);
        world.Join(world.Nodes[0], world.Nodes[1]);
        world.Listen(1, Pair);
        Assert.False(world.Knock(0, Pair));
        world.Inject(0, 1, world.Datagram(Pair, world.Network.Now, 3));
        world.Network.Run(1000);
        Assert.Empty(world.Heard);
        Assert.Equal(1, world.Network.Counters.Sent);
    }

    [Fact]
    public void TwoKnocksOfOnePerson_HaveNothingInCommon()
    {
        KnockMessage.TryRead(_two.Datagram(Pair, 1, 3), out var first, out _);
        KnockMessage.TryRead(_two.Datagram(Pair, 1, 3), out var second, out _);
        var equal = 0;
        for (var i = 0; i < first.Length; i++)
            equal += first[i] == second[i] ? 1 : 0;
        Assert.InRange(equal, 0, 12);
    }

    [Fact]
    public void SamePacketAgain_IsDropped()
    {
        var datagram = _two.Datagram(Pair, _two.Network.Now, 3);
        for (var i = 0; i < 5; i++)
            _two.Inject(0, 1, datagram);
        _two.Network.Run(1000);
        Assert.Single(_two.Heard);
        Assert.Equal(4, _two.Nodes[1].Core.Dropped);
    }

    [Fact]
    public void OlderKnockAfterANewer_IsNotHeard()
    {
        var now = _two.Network.Now;
        _two.Inject(0, 1, _two.Datagram(Pair, now, 3));
        _two.Network.Run(10);
        _two.Inject(0, 1, _two.Datagram(Pair, now - 1000, 3));
        _two.Network.Run(10);

        // Nor after the list was said again.
        _two.Listen(1, Pair);
        _two.Inject(0, 1, _two.Datagram(Pair, now - 500, 3));
        _two.Network.Run(10);
        Assert.Single(_two.Heard);
    }

    [Theory]
    [InlineData(-KnockLimits.MaxClockDifference - 1000)]
    [InlineData(KnockLimits.MaxClockDifference + 1000)]
    public void KnockOfAnotherTime_IsNotHeard(long off)
    {
        _two.Inject(0, 1, _two.Datagram(Pair, _two.Network.Now + off, 3));
        _two.Network.Run(1000);
        Assert.Empty(_two.Heard);
    }

    [Fact]
    public void ForgedByAThiefOfTheSecret_IsNotHeard()
    {
        using var thief = Ed25519PrivateKey.Generate(_two.Network.Random);
        _two.Inject(0, 1, _two.Datagram(Pair, _two.Network.Now, 3, thief));
        _two.Network.Run(1000);
        Assert.Empty(_two.Heard);
    }

    [Fact]
    public void KnockForSomebodyElse_IsPassedOnUnheard()
    {
        var world = new KnockWorld(1, 3, LinkQuality.Perfect, degree: 0);
        world.Join(world.Nodes[0], world.Nodes[1]);
        world.Join(world.Nodes[1], world.Nodes[2]);
        world.Listen(1, 9);
        world.Listen(2, Pair);
        Assert.True(world.Knock(0, Pair));
        world.Network.Run(1000);
        Assert.Same(world.Nodes[2], Assert.Single(world.Heard).Node);
    }

    [Fact]
    public void KnockForOneself_IsPassedOnAllTheSame()
    {
        var world = new KnockWorld(1, 3, LinkQuality.Perfect, degree: 0);
        world.Join(world.Nodes[0], world.Nodes[1]);
        world.Join(world.Nodes[1], world.Nodes[2]);
        world.Listen(1, Pair);
        Assert.True(world.Knock(0, Pair));
        world.Network.Run(1000);
        Assert.Equal(1, world.Nodes[1].Core.PassedOn);
        Assert.Equal(1, world.Nodes[2].DatagramsIn);
    }

    [Fact]
    public void LifeIsOver_GoesNoFurther()
    {
        var world = new KnockWorld(1, 3, LinkQuality.Perfect, degree: 0);
        world.Join(world.Nodes[0], world.Nodes[1]);
        world.Join(world.Nodes[1], world.Nodes[2]);
        world.Inject(0, 1, world.Datagram(Pair, world.Network.Now, 0));
        world.Network.Run(1000);
        Assert.Equal(0, world.Nodes[2].DatagramsIn);
    }

    [Fact]
    public void FromNoNeighbour_IsDropped()
    {
        var world = new KnockWorld(1, 3, LinkQuality.Perfect, degree: 0);
        world.Join(world.Nodes[0], world.Nodes[1]);
        world.Listen(1, Pair);
        world.Inject(2, 1, world.Datagram(Pair, world.Network.Now, 3));
        world.Network.Run(1000);
        Assert.Empty(world.Heard);
        Assert.Equal(1, world.Nodes[1].Core.Dropped);
    }

    [Fact]
    public void KnockingAgainAtOnce_IsLeftOut()
    {
        Assert.True(_two.Knock(0, Pair));
        Assert.False(_two.Knock(0, Pair));
        _two.Network.Run(KnockLimits.OwnInterval);
        Assert.True(_two.Knock(0, Pair));
    }

    [Fact]
    public void KnockingAtManyAtOnce_IsLimitedInAll()
    {
        var sent = Enumerable.Range(1, 100).Count(secret => _two.Knock(0, (byte)secret));
        Assert.Equal(KnockLimits.OwnBurst, sent);
    }

    [Fact]
    public void NobodyThere_SaysSo() => Assert.False(new KnockWorld(1, 1).Knock(0, Pair));

    [Fact]
    public void CutLongerOrOtherForm_IsRefused()
    {
        var datagram = _two.Datagram(Pair, 1, 3);
        Assert.Equal(KnockMessage.Size, datagram.Length);
        Assert.True(KnockMessage.TryRead(datagram, out _, out _));
        for (var size = 0; size < datagram.Length; size++)
            Assert.False(KnockMessage.TryRead(datagram.AsSpan(0, size), out _, out _));
        Assert.False(KnockMessage.TryRead([.. datagram, 0], out _, out _));
        foreach (var life in new[] { "8", "9", "-" })
        {
            Encoding.ASCII.GetBytes(life).CopyTo(datagram, datagram.Length - 3);
            Assert.False(KnockMessage.TryRead(datagram, out _, out _));
        }
    }

    private static KnockWorld Two()
    {
        var world = new KnockWorld(1, 2, LinkQuality.Perfect, degree: 0);
        world.Join(world.Nodes[0], world.Nodes[1]);
        world.Listen(1, Pair);
        return world;
    }
}
