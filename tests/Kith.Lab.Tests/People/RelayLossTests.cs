using Kith.Lab.Tests.Nats;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>Relays that die, and consent that is taken back, in the middle of a conversation: nothing is lost, doubled or out of order.</summary>
public sealed class RelayLossTests(ITestOutputHelper output)
{
    /// <summary>For a conversation to go on after a change; generous, as the machine is shared.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task RelayIsKilled_MessagesWaitAndArriveWithTheNextRelay()
    {
        await using var town = await TownAsync(NatKind.Symmetric);
        var (one, other) = town.Of(NatKind.Symmetric);
        var talk = await Conversation.BeginAsync(one, other);
        await talk.GoesByAsync("relay", Patience);
        await town.Entry.KillAsync();
        await talk.EndAsync();
        await talk.PutAsync();
        // Long enough that the session is over as well.
        await talk.GoesByAsync(null, TimeSpan.FromSeconds(90));
        await town.StartEntryAsync();
        output.WriteLine($"said and heard {(await talk.GoesOnAsync(TimeSpan.FromSeconds(90))).TotalMilliseconds:0} ms after a relay was back");
        await talk.AssertWholeAsync();
    }

    [Fact]
    public async Task RelayIsKilledAndThereIsAnother_MessagesArriveThroughIt()
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        await using var town = await Town.CreateAsync([NatKind.Symmetric], hasSecond: true);
        var (one, other) = town.Of(NatKind.Symmetric);
        var talk = await Conversation.BeginAsync(one, other);
        await talk.GoesByAsync("relay", Patience);
        // As whoever has been there for a moment: both are introduced by both.
        foreach (var person in (LabPerson[])[one, other])
            await Eventually.AskAsync(async () => (await person.Api.IntroducersAsync()).StartsWith("2 ", StringComparison.Ordinal), Patience);
        // Whichever of the two it is that carries them.
        var serving = (await town.Entry.Api.GetAsync("network")).GetProperty("relay").GetProperty("serving").GetInt32();
        await (serving > 0 ? town.Entry : town.Second!).KillAsync();
        output.WriteLine($"said and heard after {(await talk.GoesOnAsync(TimeSpan.FromSeconds(90))).TotalMilliseconds:0} ms");
        await talk.AssertWholeAsync();
    }

    [Fact]
    public async Task RelayIsKilledUnderADirectPair_NothingHappens()
    {
        await using var town = await TownAsync(NatKind.PortRestricted);
        var (one, other) = town.Of(NatKind.PortRestricted);
        var talk = await Conversation.BeginAsync(one, other);
        await talk.GoesByAsync("direct", Patience);
        await town.Entry.KillAsync();
        output.WriteLine($"said and heard after {(await talk.GoesOnAsync(Patience)).TotalMilliseconds:0} ms");
        await talk.AssertWholeAsync();
    }

    [Theory]
    [InlineData("receiver")]
    [InlineData("relay")]
    public async Task ConsentIsTakenBack_EndsAtOnceAndArrivesWhenItIsGivenAgain(string who)
    {
        await using var town = await TownAsync(NatKind.Symmetric);
        var (one, other) = town.Of(NatKind.Symmetric);
        var talk = await Conversation.BeginAsync(one, other);
        await talk.GoesByAsync("relay", Patience);
        var (decider, consent) = who == "relay" ? (town.Entry, "serve") : (one, "use");
        await decider.Api.PatchAsync("settings", new { relay = "off" });
        output.WriteLine($"ended after {(await talk.GoesByAsync(null, TimeSpan.FromSeconds(20))).TotalMilliseconds:0} ms");
        await talk.EndAsync();
        var refused = await other.Api.SayAsync(one.Account, "nobody carries this yet", TimeSpan.FromSeconds(3));
        Assert.Equal("waiting", refused.State);
        output.WriteLine(refused.Reason ?? "no reason");
        await decider.Api.PatchAsync("settings", new { relay = consent });
        Assert.NotNull(await Eventually.AskAsync(async () => (await one.Api.ReceivedAsync(other.Account)).Contains("nobody carries this yet"), TimeSpan.FromSeconds(90)));
    }

    private static Task<Town> TownAsync(params NatKind[] kinds)
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        return Town.CreateAsync(kinds);
    }
}
