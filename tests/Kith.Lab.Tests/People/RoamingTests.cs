using Kith.Lab.Tests.Nats;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>Networks that change in the middle of a conversation: it goes on, and nothing is lost, doubled or out of order.</summary>
public sealed class RoamingTests(ITestOutputHelper output)
{
    /// <summary>For a conversation to go on after a change; generous, as the machine is shared.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task OneWalksToAnotherNetworkAndBack_ConversationGoesOn()
    {
        await using var town = await TownAsync(NatKind.PortRestricted, NatKind.AddressRestricted);
        var (walker, other) = (town.Of(NatKind.PortRestricted).One, town.Of(NatKind.AddressRestricted).Other);
        var home = town.Networks[0];
        var talk = await Conversation.BeginAsync(walker, other);
        await talk.GoesByAsync("direct", Patience);
        walker.Machine = await town.Internet.MoveAsync(walker.Machine, town.Networks[1]);
        output.WriteLine($"at another network: said and heard after {(await talk.GoesOnAsync(Patience)).TotalMilliseconds:0} ms");
        // It goes on by a relay at once; now and then it stays there for longer than anybody waits (docs/roadmap.md).
        if (KithProgram.Full)
            output.WriteLine($"direct again after {(await talk.GoesByAsync("direct", Patience)).TotalMilliseconds:0} ms more");
        walker.Machine = await town.Internet.MoveAsync(walker.Machine, home);
        output.WriteLine($"home again: said and heard after {(await talk.GoesOnAsync(Patience)).TotalMilliseconds:0} ms");
        await talk.AssertWholeAsync();
    }

    [Fact]
    public async Task InterfaceDownForAWhile_ConversationGoesOn()
    {
        await using var town = await TownAsync(NatKind.PortRestricted, NatKind.FullCone);
        var (one, other) = (town.Of(NatKind.PortRestricted).One, town.Of(NatKind.FullCone).Other);
        var talk = await Conversation.BeginAsync(one, other);
        await LabInternet.SwitchAsync(one.Machine, on: false);
        // As long as a walk between two networks, or a short sleep.
        await Task.Delay(TimeSpan.FromSeconds(5));
        await LabInternet.SwitchAsync(one.Machine, on: true);
        output.WriteLine($"said and heard {(await talk.GoesOnAsync(Patience)).TotalMilliseconds:0} ms after the interface was up");
        await talk.AssertWholeAsync();
    }

    [Fact]
    public async Task RoutersReboot_ConversationGoesOn()
    {
        await using var town = await TownAsync(NatKind.PortRestricted, NatKind.Symmetric);
        var (one, other) = town.Of(NatKind.PortRestricted);
        var talk = await Conversation.BeginAsync(one, other);
        await talk.GoesByAsync("direct", Patience);
        Conntrack.Flush(town.Networks[0].Routers[0]);
        Conntrack.Flush(town.Networks[1].Routers[0]);
        output.WriteLine($"said and heard after {(await talk.GoesOnAsync(Patience)).TotalMilliseconds:0} ms");
        await talk.AssertWholeAsync();
    }

    private static Task<Town> TownAsync(params NatKind[] kinds)
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        return Town.CreateAsync(kinds);
    }
}
