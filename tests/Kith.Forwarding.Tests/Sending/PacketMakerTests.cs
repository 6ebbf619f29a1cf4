using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Forwarding.Tests.Directory;
using Kith.Simulation.Network;

namespace Kith.Forwarding.Tests.Sending;

public sealed class PacketMakerTests : IDisposable
{
    private readonly SimulatedRandom _random = new(14);
    private readonly ForwardingKeys _keys;
    private readonly ForwarderBook _book;
    private readonly List<GuardSession> _guards;
    private readonly PacketMaker _packets;

    public PacketMakerTests()
    {
        _book = Forwarders.Book(_random, 12);
        _keys = new ForwardingKeys(new ForgetfulForwardingStore(), _random, Forwarders.Now);
        using var session = X25519PrivateKey.Generate(_random);
        _guards = [.. _book.All.Take(MeetingLimits.Guards).Select(one => new GuardSession(one.Descriptor, session.PublicKey))];
        _packets = new PacketMaker(new SphinxBuilder(_random), _book, new PathChooser(_book, _random), () => _guards, _keys, _random);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void ReplyBlocks_EndAtGuardsInTurn()
    {
        var ends = Enumerable.Range(0, 30).Select(_ => End(new PathExclusions())).ToList();
        Assert.All(_guards, guard => Assert.Equal(10, ends.Count(end => end == guard.Node.Key)));
        Assert.All(ends.Zip(ends.Skip(1)), static two => Assert.NotEqual(two.First, two.Second));
    }

    [Fact]
    public void ReplyBlock_DoesNotEndWhereThePathMustNotPass_WhileAnotherGuardIsThere()
    {
        var without = Without(_guards[1]);
        var ends = Enumerable.Range(0, 30).Select(_ => End(without)).ToList();
        Assert.DoesNotContain(_guards[1].Node.Key, ends);
        Assert.All(ends.Zip(ends.Skip(1)), static two => Assert.NotEqual(two.First, two.Second));
        without = new PathExclusions().Add(without).Add(Without(_guards[0]));
        Assert.All(Enumerable.Range(0, 30), _ => Assert.Equal(_guards[2].Node.Key, End(without)));
        // Where none fits any does.
        without.Add(Without(_guards[2]));
        Assert.Equal(MeetingLimits.Guards, Enumerable.Range(0, 30).Select(_ => End(without)).Distinct().Count());
        _guards.Clear();
        Assert.Null(_packets.MakeReplyBlock(Forwarders.Now, new PathExclusions()));
    }

    private PathExclusions Without(GuardSession guard) => new PathExclusions().Add(guard.Node.Key, _book.GroupOf(guard.Node));

    private X25519PublicKey End(PathExclusions without) => _packets.MakeReplyBlock(Forwarders.Now, without)!.Path[^1];
}
