using Kith.Messaging.Content;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Finding;

public sealed class AddressesFoundTests
{
    private static void Found(Pair pair, long madeAt, params string[] addresses) =>
        pair.Alice.Batch(messenger => messenger.AddressesFound(pair.Bob.Id, addresses, madeAt));

    private static IReadOnlyList<string> Known(Pair pair) => pair.Alice.Effects.Peers[pair.Bob.Id].Addresses;

    [Fact]
    public void NewerRecord_TakesTheirPlaceAndIsKept()
    {
        using var pair = new Pair();
        pair.Alice.Clock.Advance(TimeSpan.FromMinutes(1));
        Found(pair, pair.Alice.Clock.Now, "192.0.2.1:7300", "not an address", "192.0.2.1:7300", "[2001:db8::1]:1");
        Assert.Equal(["192.0.2.1:7300", "[2001:db8::1]:1"], Known(pair));
        pair.Alice.Crash();
        Assert.Equal(["192.0.2.1:7300", "[2001:db8::1]:1"], Known(pair));
    }

    [Fact]
    public void RecordOlderThanTheirOwnWord_OnlyAddsToIt()
    {
        using var pair = new Pair();
        Found(pair, ManualClock.Start.ToUnixTimeMilliseconds() - 3_600_000, "192.0.2.1:7300");
        Assert.Equal(["bob.example:7300", "192.0.2.1:7300"], Known(pair));
    }

    [Fact]
    public void TheirOwnWord_TakesThePlaceOfARecordOfTheFuture()
    {
        using var pair = new Pair();
        Found(pair, pair.Alice.Clock.Now + 36_000_000, "192.0.2.1:7300");
        pair.Alice.Clock.Advance(TimeSpan.FromMinutes(1));
        Found(pair, pair.Alice.Clock.Now, "192.0.2.2:7300");
        Assert.Equal(["192.0.2.2:7300"], Known(pair));
        pair.Bob.Batch(messenger => messenger.SetOwnAddresses(["bob.example:1"]));
        pair.Net.Run();
        Assert.Equal(["bob.example:1"], Known(pair));
    }

    [Fact]
    public void TooMany_AreCutAndNoneLeaveWhatIsKnown()
    {
        using var pair = new Pair();
        Found(pair, pair.Alice.Clock.Now, [.. Enumerable.Range(1, 50).Select(i => $"192.0.2.{i}:7300")]);
        Assert.Equal(ContentLimits.MaxAddresses, Known(pair).Count);
        Found(pair, pair.Alice.Clock.Now);
        Found(pair, pair.Alice.Clock.Now, "nonsense");
        Assert.Equal(ContentLimits.MaxAddresses, Known(pair).Count);
    }

    [Fact]
    public void OfABlockedOrUnknownPerson_AreIgnored()
    {
        using var pair = new Pair();
        using var stranger = new Person("Stranger", 999);
        pair.Alice.Batch(messenger => messenger.SetBlocked(pair.Bob.Id, true));
        Found(pair, pair.Alice.Clock.Now, "192.0.2.1:7300");
        pair.Alice.Batch(messenger => messenger.AddressesFound(stranger.Id, ["192.0.2.1:7300"], 1));
        Assert.Empty(pair.Alice.Effects.Peers);
        Assert.False(pair.Alice.Knows(stranger));
    }

    [Fact]
    public void OfOneLeftOut_AreKeptWithoutGoingThere()
    {
        using var pair = new Pair();
        Three.Issue(pair.Alice);
        Found(pair, pair.Alice.Clock.Now, "192.0.2.1:7300");
        Assert.Empty(pair.Alice.Effects.Peers);
        pair.Alice.Say(pair.Bob, "hello");
        Assert.Equal(["192.0.2.1:7300"], Known(pair));
    }
}
