using System.Net;
using Kith.Overlay.Entry;
using Kith.Wire;

namespace Kith.Overlay.Tests.Entry;

public sealed class EntryPointTests
{
    private static readonly EntryOptions Bare = new() { ListenPort = 4711, LocalNetwork = false, Mainline = false };

    [Fact]
    public void EverythingIsAskedSideBySide_TheOneThatWorksAnswersWithinASecond()
    {
        var remembered = Enumerable.Range(1, 32).Select(host => At($"9.0.0.{host}:1")).ToList();
        var world = new EntryWorld(Bare with { Remembered = remembered, Named = ["silent.example:5", "8.8.4.4:5"] });
        world.Alive.Add(remembered[^1]);
        world.Start();
        world.Run(1_000);
        Assert.Equal(EntryState.Answered, world["9.0.0.32:1"].State);
        Assert.True(world["9.0.0.32:1"].Elapsed < 1_000);
        Assert.Equal("9.0.0.32:1", world.Core.View[0].Address);
        Assert.Equal(EntryState.Resolving, world["silent.example:5"].State);
        Assert.Equal(EntryState.Asked, world["8.8.4.4:5"].State);
        Assert.Equal(0, world.Asks.First(ask => ask.Source == EntrySource.Named).At);
    }

    [Fact]
    public void LostQuestion_IsAskedAgainWithinASecond()
    {
        var world = new EntryWorld(Bare with { Named = ["8.8.4.4:5"] });
        world.Start();
        world.Run(100);
        world.Alive.Add(At("8.8.4.4:5"));
        world.Run(900);
        Assert.Equal(EntryState.Answered, world["8.8.4.4:5"].State);
        Assert.InRange(world["8.8.4.4:5"].Elapsed!.Value, 250, 1_000);
    }

    [Fact]
    public void NoAnswer_OneSentenceAndRetriesThatGrowToAMinute()
    {
        var world = new EntryWorld(Bare with { Named = ["8.8.4.4:5"] });
        world.Start();
        world.Run(2_100);
        Assert.Equal(EntryState.Failed, world["8.8.4.4:5"].State);
        Assert.StartsWith("no answer from 8.8.4.4:5", world["8.8.4.4:5"].Detail, StringComparison.Ordinal);
        world.Run(3_600_000);
        var turns = world.Asks.Where((ask, i) => i == 0 || ask.At - world.Asks[i - 1].At > 1_000).Select(ask => ask.At).ToList();
        // 2, 4, 8, 16, 32 and then 60 seconds apart, within a quarter, besides the 2 seconds of each turn.
        Assert.InRange(turns[1] - turns[0], 3_500, 4_500);
        Assert.All(turns.Skip(7).Zip(turns.Skip(8)), pair => Assert.InRange(pair.Second - pair.First, 47_000, 77_000));
        world.Alive.Add(At("8.8.4.4:5"));
        world.Run(80_000);
        Assert.Equal(EntryState.Answered, world["8.8.4.4:5"].State);
        Assert.Null(world["8.8.4.4:5"].Detail);
    }

    [Fact]
    public void PeersLost_EverythingIsTriedAnewAtOnce()
    {
        var world = new EntryWorld(Bare with { Named = ["8.8.4.4:5", "8.8.8.8:5"] });
        world.Alive.Add(At("8.8.4.4:5"));
        world.Start();
        world.Run(60_000);
        var asked = world.Asks.Count;
        world.Alive.Clear();
        world.Alive.Add(At("8.8.8.8:5"));
        world.Core.PeersLost(world.Now);
        Assert.Equal(asked + 2, world.Asks.Count);
        world.Run(1_000);
        Assert.Equal(EntryState.Answered, world["8.8.8.8:5"].State);
        Assert.True(world["8.8.8.8:5"].Elapsed < 1_000);
        Assert.Equal(EntryState.Asked, world["8.8.4.4:5"].State);
    }

    [Fact]
    public void WithPeers_OnlyWhatMayLeadToTheWholeNetworkIsTriedNowAndThen()
    {
        var world = new EntryWorld(Bare with { Named = ["8.8.4.4:5", "8.8.8.8:5"], Remembered = [At("9.9.9.9:9")] });
        world.Alive.Add(At("8.8.4.4:5"));
        world.Start();
        world.Run(5_000);
        world.Asks.Clear();
        world.Run(3_600_000);
        Assert.DoesNotContain(world.Asks, ask => ask.Source == EntrySource.Remembered);
        Assert.InRange(world.Asks.Count(ask => ask.Node == At("8.8.8.8:5")), 9, 27);
    }

    [Fact]
    public void NameThatDoesNotResolve_ItsSentenceAndTheOthersGoOn()
    {
        var world = new EntryWorld(Bare with { Named = ["nowhere.example:5", "offline.example:5", "good.example:5", "not an entry", "1.2.3.4"] });
        world.Names["nowhere.example"] = (20, [], ResolveError.NoSuchName);
        world.Names["offline.example"] = (30, [], ResolveError.Unreachable);
        world.Names["good.example"] = (20, [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("9.0.0.1")], ResolveError.None);
        world.Alive.Add(At("9.0.0.1:5"));
        world.Start();
        world.Run(200);
        Assert.Equal("the name nowhere.example does not exist or has no address", world["nowhere.example:5"].Detail);
        Assert.Contains("no DNS server answered", world["offline.example:5"].Detail, StringComparison.Ordinal);
        Assert.Equal("“not an entry” is not HOST:PORT", world["not an entry"].Detail);
        Assert.Equal("“1.2.3.4” is not HOST:PORT", world["1.2.3.4"].Detail);
        Assert.Equal(EntryState.Answered, world["good.example:5"].State);
    }

    [Fact]
    public void ResolverThatNeverReturns_FailsInTime()
    {
        var world = new EntryWorld(Bare with { Named = ["slow.example:5"] });
        world.Start();
        world.Run(EntryLimits.ResolveTimeout - 1);
        Assert.Equal(EntryState.Resolving, world["slow.example:5"].State);
        world.Run(2);
        Assert.Equal(EntryState.Failed, world["slow.example:5"].State);
        world.Core.Resolved(world.Now, 1, [IPAddress.Loopback], ResolveError.None);
        Assert.Equal(EntryState.Failed, world["slow.example:5"].State);
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, false, false)]
    public void MainlineRouters_AreNeverAskedWhereTheyMayNotBe(bool mainline, bool loopbackOnly, bool privateSwarm)
    {
        var world = new EntryWorld(Bare with { Mainline = mainline, LoopbackOnly = loopbackOnly, PrivateSwarm = privateSwarm });
        world.Start();
        world.Run(600_000);
        Assert.Empty(world.Resolves);
        Assert.Empty(world.Asks);
    }

    [Fact]
    public void MainlineRouters_ComeAfterTheOthersAndOnlyWhenNeeded()
    {
        var world = new EntryWorld(Bare with { Mainline = true, Remembered = [At("9.0.0.1:1")] });
        world.Names["dht.libtorrent.org"] = (20, [IPAddress.Parse("9.1.1.1")], ResolveError.None);
        world.Alive.Add(At("9.1.1.1:25401"));
        world.Start();
        world.Run(1_000);
        Assert.Equal(EntryState.Answered, world["dht.libtorrent.org:25401"].State);
        Assert.True(world.Asks.First(ask => ask.Source == EntrySource.Mainline).At >= EntryLimits.MainlineDelay);

        var quick = new EntryWorld(Bare with { Mainline = true, Remembered = [At("9.0.0.1:1")] });
        quick.Alive.Add(At("9.0.0.1:1"));
        quick.Start();
        quick.Run(60_000);
        Assert.Empty(quick.Resolves);
        Assert.DoesNotContain(quick.Core.View, view => view.Source == EntrySource.Mainline);
    }

    [Fact]
    public void NodeOnLoopback_AsksNobodyOutside()
    {
        var world = new EntryWorld(Bare with { LoopbackOnly = true, Named = ["8.8.4.4:5", "127.0.0.1:5", "both.example:6"] });
        world.Names["both.example"] = (5, [IPAddress.Parse("9.0.0.1"), IPAddress.Loopback], ResolveError.None);
        world.Start();
        world.Run(60_000);
        Assert.All(world.Asks, ask => Assert.True(IPAddress.IsLoopback(ask.Node.ToAddress())));
        Assert.Contains("listens on this computer only", world["8.8.4.4:5"].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Suggestions_AreAskedAtOnceWithoutPeersAndKeptWithThem()
    {
        var world = new EntryWorld(Bare);
        world.Start();
        world.Core.Suggest(world.Now, ["9.0.0.1:1", "9.0.0.2:1", "name.example:1", "nonsense", "onion/x:1"]);
        world.Run(50);
        Assert.Equal([At("9.0.0.1:1"), At("9.0.0.2:1")], world.Asks.Select(ask => ask.Node));
        Assert.Empty(world.Resolves);
        world.Core.Answered(world.Now, At("9.0.0.1:1"));
        world.Run(5_000);
        world.Asks.Clear();
        world.Core.Suggest(world.Now, ["9.0.0.3:1"]);
        world.Run(60_000);
        Assert.DoesNotContain(world.Asks, ask => ask.Node == At("9.0.0.3:1"));
        world.Core.PeersLost(world.Now);
        world.Run(100);
        Assert.Contains(world.Asks, ask => ask.Node == At("9.0.0.3:1"));
    }

    [Fact]
    public void EveryKind_IsBounded()
    {
        var world = new EntryWorld(Bare with
        {
            Named = [.. Enumerable.Range(1, 500).Select(port => $"8.8.8.8:{port}")],
            Remembered = [.. Enumerable.Range(1, 500).Select(port => At($"9.{port % 200}.{port / 200}.1:{port}"))],
        });
        world.Start();
        for (var i = 1; i <= 500; i++)
        {
            world.Core.Suggest(world.Now, [$"7.0.0.1:{i}"]);
            world.Core.Remember(At($"6.0.{i % 250}.1:{i}"));
        }

        world.Run(2_000);
        Assert.InRange(world.Core.View.Count, 1, EntryLimits.MaxNamed + EntryLimits.MaxRemembered + EntryLimits.MaxContacts);
        Assert.Equal(EntryLimits.MaxRemembered, world.Core.Remembered.Count);
    }

    [Fact]
    public void Remembered_NewestFirst_FewOfOneAddress()
    {
        var world = new EntryWorld(Bare with { Remembered = [At("9.0.0.1:1"), At("9.0.0.2:1")] });
        Assert.Equal([At("9.0.0.1:1"), At("9.0.0.2:1")], world.Core.Remembered);
        for (ushort port = 10; port < 20; port++)
            world.Core.Remember(At($"9.0.0.3:{port}"));
        world.Core.Remember(At("9.0.0.2:1"));
        Assert.Equal([At("9.0.0.2:1"), At("9.0.0.3:19"), At("9.0.0.3:18"), At("9.0.0.1:1")], world.Core.Remembered);
    }

    [Fact]
    public void OneNodeFromTwoSources_IsOneEntryAndAnswersForBoth()
    {
        var world = new EntryWorld(Bare with { Named = ["9.0.0.1:1", "9.0.0.1:1", "twin.example:1"], Remembered = [At("9.0.0.1:1")] });
        world.Names["twin.example"] = (5, [IPAddress.Parse("9.0.0.1")], ResolveError.None);
        world.Alive.Add(At("9.0.0.1:1"));
        world.Start();
        world.Run(1_000);
        Assert.Equal(2, world.Core.View.Count);
        Assert.All(world.Core.View, view => Assert.True(view is { Source: EntrySource.Named, State: EntryState.Answered }));
    }

    [Fact]
    public void LocalNetworkThatIsNotHeard_IsSaidAndAllElseGoesOn()
    {
        var world = new EntryWorld(Bare with { Named = ["8.8.4.4:5"] });
        world.Alive.Add(At("8.8.4.4:5"));
        world.Start();
        world.Core.LocalTrouble("239.255.75.105:19273", "the local network is not heard: the port is taken");
        world.Core.PeersLost(world.Now);
        world.Run(1_000);
        Assert.Equal(EntryState.Failed, world["239.255.75.105:19273"].State);
        Assert.Equal("the local network is not heard: the port is taken", world["239.255.75.105:19273"].Detail);
        Assert.Equal(EntryState.Answered, world["8.8.4.4:5"].State);
    }

    private static Endpoint At(string text)
    {
        Assert.True(Endpoint.TryParse(text, out var endpoint));
        return endpoint;
    }
}
