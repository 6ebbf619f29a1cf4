using Kith.Node.Events;
using Kith.Node.Network;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

public sealed class NetworkProblemsTests
{
    private static readonly OverlayView Empty = new(null, [], [], 0, 0, [], 0, 0, 0, 0, 0, IsReadOnly: false);
    private static readonly OverlayView Well = Empty with { Nodes = 5 };

    [Fact]
    public void AllIsWell_NothingIsSaid() => Assert.Empty(Find(Well with { Entries = [Entry(EntrySource.Contact, EntryState.Failed), Entry(EntrySource.Remembered, EntryState.Failed)] }));

    [Fact]
    public void EntryStillAsked_NothingIsSaidYet() => Assert.Empty(Find(Empty with { Entries = [Entry(EntrySource.Named, EntryState.Asked)] }));

    [Fact]
    public void NobodyAnswers_SaysSoFirstAndWhoWasNamed()
    {
        var problems = Find(Empty with { Entries = [Entry(EntrySource.Named, EntryState.Failed)] });
        Assert.Equal(["No way into the network", "203.0.113.5:7000 does not answer"], problems.Select(problem => problem.What));
        Assert.Contains("--entry", problems[0].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void NoUdp_IsTheOneReason() => Assert.Equal(["No UDP"], Find(Empty, udpFailure: "The system gives no UDP port.").Select(problem => problem.What));

    [Fact]
    public void NotReachable_SaysWhichPort() => Assert.Contains("4711", Assert.Single(Find(Well with { Reachable = false })).Remedy, StringComparison.Ordinal);

    [Theory]
    [InlineData(NatKind.PortRestricted)]
    [InlineData(NatKind.AddressRestricted)]
    [InlineData(NatKind.FullCone)]
    [InlineData(NatKind.Firewall)]
    public void ReachedByPunching_NothingIsSaid(NatKind kind) => Assert.Empty(Find(Well with { Reachable = false, Nat = new NatView { Kind = kind } }));

    [Fact]
    public void IntroducersKnowUs_NothingIsSaid() => Assert.Empty(Find(Well with { Reachable = false, Via = ["via/203.0.113.9:7000/AAECAwQFBgcICQoLDA0ODw"] }));

    [Fact]
    public void SymmetricWithoutRelays_AdvisesThemAndIsQuietOnceTheyAreAllowed()
    {
        var behind = Well with { Reachable = false, Nat = new NatView { Kind = NatKind.Symmetric, Sentence = "A router of the strictest kind.", Advice = "Switch on UPnP." } };
        Assert.Contains("kith relay use", Assert.Single(Find(behind)).Remedy, StringComparison.Ordinal);
        Assert.Empty(Find(behind, mayUseRelays: true));
        Assert.Empty(Find(behind with { Nat = behind.Nat with { MappedAddresses = ["203.0.113.7:7000"] } }));
    }

    [Fact]
    public void UdpBlocked_SaysSo() => Assert.Equal("UDP does not come through", Assert.Single(Find(Well with { Nat = new NatView { Kind = NatKind.Blocked, Sentence = "No answer.", Advice = "Ask." } }, mayUseRelays: true)).What);

    [Fact]
    public void ClocksApart_NamesWhoseAndByHowMuch()
    {
        var contact = AccountId.FromBytes(new byte[AccountId.Size]);
        var problem = Assert.Single(Find(Well, clocks: new() { [contact] = -3 * 3_600_000 }));
        Assert.Contains("3 hours behind", problem.Detail, StringComparison.Ordinal);
        Assert.Contains("clock", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void EverySentence_HasACapitalAndAFullStop()
    {
        var problems = Find(Empty with { Reachable = false, Problem = "a clock is off", Entries = [Entry(EntrySource.Named, EntryState.Failed), Entry(EntrySource.DynamicDns, EntryState.Failed)] });
        Assert.All(problems, problem =>
        {
            Assert.True(char.IsUpper(problem.Detail[0]) && problem.Detail.EndsWith('.'), problem.Detail);
            Assert.True(problem.Remedy is null || problem.Remedy.EndsWith('.'), problem.Remedy);
        });
    }

    private static EntryView Entry(EntrySource source, EntryState state) => new(source, "203.0.113.5:7000", state, state == EntryState.Failed ? "no answer" : null, null);

    private static IReadOnlyList<Kith.Node.Api.Types.NetworkProblem> Find(OverlayView view, string? udpFailure = null, bool mayUseRelays = false, Dictionary<AccountId, long>? clocks = null)
        => NetworkProblems.Find(view, udpFailure, port: 4711, mayAskMainline: true, mayUseRelays, clocks ?? [], new ContactBoard());
}
