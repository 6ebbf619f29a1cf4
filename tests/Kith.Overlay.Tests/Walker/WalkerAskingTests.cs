using Kith.Overlay.Walker;
using Xunit;

namespace Kith.Overlay.Tests.Walker;

public class WalkerAskingTests
{
    private const string Seed = "198.18.1.1:1873";
    private const string Other = "198.19.2.2:1873";
    private readonly Scene _scene = new();

    [Fact]
    public void EntryPoint_IsAskedAtOnceAndAgainUntilItAnswers()
    {
        Assert.True(_scene.Core.Introduce(_scene.Now, Scene.At(Seed)));
        Assert.Single(_scene.Take(Seed, 1));
        _scene.Run(1500);
        Assert.InRange(_scene.Take(Seed, 1).Count, 1, 2);
        _scene.Receive(Seed, _scene.Response());
        Assert.Equal(1, _scene.Core.Counts(_scene.Now).Active);
        Assert.True(Assert.Single(_scene.Answers) is { IsFirst: true, SpeaksKith: false, RoundTrip: null });
        Assert.Equal("app-to-app", Assert.Single(_scene.Core.Peers()).Speaks);
    }

    [Fact]
    public void EntryPointThatMayNotBeContacted_IsRefused()
    {
        Assert.False(_scene.Core.Introduce(_scene.Now, Scene.At("224.0.0.1:1873")));
        Assert.False(_scene.Core.Introduce(_scene.Now, Scene.At("192.168.0.1:1873")));
        Assert.Empty(_scene.Sent);
    }

    [Fact]
    public void AnsweringPeer_IsAskedEveryFiveSeconds()
    {
        _scene.Befriend(Seed);
        _scene.RunAnswering(WalkerCore.FastPeriod, (Seed, "aaaa1111"));
        var requests = 0;
        for (var i = 0; i < 12; i++)
        {
            _scene.Run(WalkerCore.WalkInterval);
            var asked = _scene.Take(Seed, 1).Count;
            requests += asked;
            if (asked > 0)
                _scene.Receive(Seed, _scene.Response());
        }

        Assert.Equal(12, requests);
    }

    [Fact]
    public void SilentPeer_IsNotActiveAfterTwentySecondsAndThenForgotten()
    {
        _scene.Befriend(Seed);
        _scene.Run(PeerTable.Timeout - 1);
        Assert.Equal(1, _scene.Core.Counts(_scene.Now).Active);
        _scene.Run(1);
        Assert.Equal(0, _scene.Core.Counts(_scene.Now).Active);
        _scene.Run(PeerTable.KnownLife);
        Assert.Equal(0, _scene.Core.Known);
        Assert.Equal(long.MaxValue, _scene.Core.NextDeadline);
    }

    [Fact]
    public void AnswerThatNobodyAskedFor_IsRefused()
    {
        _scene.Receive(Seed, _scene.Response(pex: Scene.Entry(Other)));
        Assert.Equal(0, _scene.Core.Known);
        Assert.Null(_scene.Core.Wan);
        Assert.Empty(_scene.Sent);
        Assert.Equal(1, _scene.Core.Refused);
    }

    [Fact]
    public void SecondAnswerToOneRequest_IsRefused()
    {
        _scene.Befriend(Seed);
        _scene.Receive(Seed, _scene.Response(pex: Scene.Entry(Other), destination: "8.8.8.8:1"));
        Assert.Equal(1, _scene.Core.Known);
        Assert.Equal(_scene.Here, _scene.Core.Wan);
        Assert.Single(_scene.Core.Wan4.Reports);
    }

    [Fact]
    public void NodeOfKithWithoutOurToken_IsNotBelieved()
    {
        _scene.Core.Introduce(_scene.Now, Scene.At(Other));
        _scene.Receive(Other, Scene.Kith(_scene.Response(), null));
        _scene.Receive(Other, Scene.Kith(_scene.Response(), "notright"u8.ToArray()));
        Assert.Empty(_scene.Answers);
        Assert.Null(_scene.Core.Wan);
        Assert.Empty(_scene.Core.Peers());
    }

    [Fact]
    public void NodeOfKithWithOurToken_IsProvenAndMeasuredAndConnectable()
    {
        _scene.Core.Introduce(_scene.Now, Scene.At(Other));
        var token = Scene.TokenIn(_scene.Take(Other, 1)[0]);
        _scene.Run(80);
        _scene.Receive(Other, Scene.Kith(_scene.Response(), token));
        Assert.True(Assert.Single(_scene.Answers) is { IsFirst: true, SpeaksKith: true, RoundTrip: 80 });
        var peer = Assert.Single(_scene.Core.Peers());
        Assert.True(peer is { Speaks: "kith", Incoming: false, Connectable: true, RoundTrip: 80 });
        Assert.Equal(new WalkerCounts(1, 1, 0, 1, 0), _scene.Core.Counts(_scene.Now));
        Assert.Equal(1, _scene.Core.Counts(_scene.Now).Ratio);
        Assert.Equal([Scene.At(Other)], _scene.Core.Neighbours(_scene.Now));
        Assert.Equal([_scene.Here], _scene.WanChanges);
        // It gets its own token back at once, so that it serves us as a proven one.
        Assert.Contains("2:ke8:THEIRTOK", Assert.Single(_scene.Take(Other, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void TokenOfAnotherAddress_ProvesNothing()
    {
        var token = _scene.BefriendKith(Other);
        _scene.Core.Introduce(_scene.Now, Scene.At(Seed));
        _scene.Receive(Seed, Scene.Kith(_scene.Response(), token));
        Assert.Single(_scene.Core.Neighbours(_scene.Now));
    }

    [Fact]
    public void ProvenNode_CannotBePlayedByALetterWithItsAddress()
    {
        _scene.BefriendKith(Other);
        _scene.Run(WalkerCore.FastPeriod);
        _scene.Receive(Other, _scene.Response("cccc3333", pex: Scene.Entry(Seed), destination: "8.8.8.8:1"));
        Assert.Equal(_scene.Here, _scene.Core.Wan);
        Assert.DoesNotContain(_scene.Core.Peers(), peer => peer.Id == "cccc3333");
    }

    [Fact]
    public void PeersOfAnAnswer_AreAskedInTurn()
    {
        _scene.Befriend(Seed, pex: Scene.Entry(Other) + Scene.Entry("198.51.100.3:1873"));
        _scene.Run(2 * WalkerCore.FastInterval);
        var asked = _scene.Take().Select(sent => sent.To).Distinct().ToList();
        Assert.Contains(Scene.At(Other), asked);
        Assert.Contains(Scene.At("198.51.100.3:1873"), asked);
    }

    [Theory]
    [InlineData("192.168.0.1:1873")]
    [InlineData("127.0.0.1:1873")]
    [InlineData("224.0.0.251:5353")]
    [InlineData("255.255.255.255:1873")]
    [InlineData("[ff02::1]:1873")]
    [InlineData("9.9.9.9:53")]
    [InlineData("203.0.113.5:4000")]
    public void PeersOfAnAnswerThatNobodyMayBeAimedAt_AreNeverAsked(string named)
    {
        var scene = new Scene("203.0.113.5:4000", "192.168.0.2:4000", "127.0.0.1:4000");
        scene.Befriend(Seed, pex: Scene.Entry(named), invitee: Scene.Entry(named));
        scene.Run(WalkerCore.FastPeriod);
        Assert.DoesNotContain(scene.Sent, sent => sent.To == Scene.At(named));
    }

    [Fact]
    public void OneAnswer_MakesUsAskFewPeersOnce()
    {
        var pex = string.Concat(Enumerable.Range(1, 40).Select(i => Scene.Entry($"198.18.{i}.1:1873")));
        _scene.Befriend(Seed, pex: pex);
        _scene.Run(WalkerCore.FastPeriod);
        var strangers = _scene.Take().Where(sent => sent.To != Scene.At(Seed)).ToList();
        Assert.InRange(strangers.Select(sent => sent.To).Distinct().Count(), 1, WalkerCore.MaxPexTaken);
        Assert.All(strangers.GroupBy(sent => sent.To), asked => Assert.InRange(asked.Count(), 1, 2));
    }

    [Fact]
    public void ManyCandidatesOfOnePrefix_AreNotTaken()
    {
        for (var i = 1; i <= 4; i++)
            _scene.Befriend($"198.18.{i}.1:1873", pex: string.Concat(Enumerable.Range(1, 8).Select(host => Scene.Entry($"9.9.9.{(i * 8) + host}:1873"))));
        Assert.Equal(PeerTable.MaxPerPrefix, _scene.Core.Counts(_scene.Now).Candidates);
    }

    [Fact]
    public void Invitee_IsAskedAtOnceAndAgainWhenItsPunctureArrives()
    {
        _scene.Befriend(Seed);
        AskOnce();
        _scene.Receive(Seed, _scene.Response(invitee: Scene.Entry(Other, "dddd4444")));
        Assert.Single(_scene.Take(Other, 1));
        _scene.Run(3_100);
        var before = _scene.Take(Other, 1).Count;
        Assert.Equal(3, before);
        _scene.Receive(Other, _scene.Puncture("dddd4444"));
        Assert.Single(_scene.Take(Other, 1));
        _scene.Receive(Other, _scene.Puncture("dddd4444"));
        Assert.Empty(_scene.Take(Other, 1));
        _scene.Run(3_100);
        Assert.Single(_scene.Take(Other, 1));
        _scene.Receive(Other, _scene.Response("dddd4444"));
        // Reached by a puncture: whether others could without one was not seen.
        Assert.Null(_scene.Core.Peers().Single(peer => peer.Id == "dddd4444").Connectable);
    }

    [Fact]
    public void InviteeBehindAnotherPort_IsKnownByItsId()
    {
        _scene.Befriend(Seed);
        AskOnce();
        _scene.Receive(Seed, _scene.Response(invitee: Scene.Entry(Other, "dddd4444")));
        _scene.Take();
        _scene.Receive("198.19.2.2:5555", _scene.Puncture("dddd4444"));
        Assert.Single(_scene.Take("198.19.2.2:5555", 1));
    }

    [Fact]
    public void PunctureOfAStranger_CostsNothing()
    {
        _scene.Befriend(Seed);
        _scene.Run(WalkerCore.FastPeriod + 1);
        _scene.Take();
        _scene.Receive(Other, _scene.Puncture());
        Assert.Empty(_scene.Take(Other, 1));
    }

    [Fact]
    public void OurOwnMessage_IsNobody()
    {
        _scene.Core.Introduce(_scene.Now, Scene.At(Other));
        _scene.Receive(Other, _scene.Request(_scene.Core.PeerId));
        Assert.Equal(0, _scene.Core.Known);
    }

    [Fact]
    public void NetworkChanged_VotesAnewAndAsksAgain()
    {
        _scene.BefriendKith(Other);
        _scene.Run(WalkerCore.WalkInterval);
        _scene.Take();
        _scene.Core.NetworkChanged(_scene.Now, new OwnNetworks([Scene.At("198.51.100.9:4000")]));
        Assert.Empty(_scene.Core.Wan4.Reports);
        var asked = Assert.Single(_scene.Take(Other, 1));
        _scene.Receive(Other, Scene.Kith(_scene.Response(destination: "198.51.100.9:4000"), Scene.TokenIn(asked)));
        Assert.Equal(Scene.At("198.51.100.9:4000"), _scene.Core.Wan);
    }

    // Past the fast walk, with a request that the seed has not answered.
    private void AskOnce()
    {
        _scene.RunAnswering(WalkerCore.FastPeriod, (Seed, "aaaa1111"));
        while (_scene.Take(Seed, 1).Count == 0)
            _scene.Run(100);
    }

    [Fact]
    public void SeedPeer_GetsOnlyTheSeedsDialect()
    {
        _scene.Befriend(Seed);
        _scene.Run(WalkerCore.FastPeriod + (2 * WalkerCore.WalkInterval));
        Assert.DoesNotContain(_scene.Take(Seed, 1), request => request.Contains("2:kt8:", StringComparison.Ordinal) || request.Contains("2:kni", StringComparison.Ordinal));
    }
}
