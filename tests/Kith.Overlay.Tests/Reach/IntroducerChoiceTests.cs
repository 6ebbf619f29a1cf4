using Kith.Crypto;
using Kith.Overlay.Reach;
using Kith.Overlay.Walker;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

/// <summary>Which introducers a node keeps, how many, and whom it asks again.</summary>
public sealed class IntroducerChoiceTests
{
    private readonly ReachScene _scene = new();
    private readonly ReachSide _introducer;
    private readonly ReachSide _node;

    public IntroducerChoiceTests()
    {
        _introducer = _scene.Add("198.18.1.1:4001");
        _node = _scene.Add("198.18.2.1:4002");
    }

    [Fact]
    public void Introducers_AreOfDifferentPrefixes_ThreeAtMost()
    {
        var same = _scene.Add("198.18.1.2:4001");
        var others = Enumerable.Range(10, 3).Select(i => _scene.Add($"198.18.{i}.1:4001")).ToArray();
        _scene.Register(_node, [_introducer, same, .. others]);
        Assert.Equal(ReachLimits.Registrations, _node.Core.Introducers);
        Assert.Equal(0, same.Core.Registered);
        Assert.Equal(0, others[^1].Core.Registered);
    }

    [Fact]
    public void IntroducerThatStrangersDoNotReach_Refuses_AndAnotherIsTaken()
    {
        _introducer.IsReachable = false;
        var open = _scene.Add("198.18.10.1:4001");
        _scene.Register(_node, _introducer, open);
        _scene.Run(2_000);
        Assert.Equal(0, _introducer.Core.Registered);
        Assert.Equal(1, open.Core.Registered);
        Assert.All(_node.Via, via => Assert.Equal(open.Address, via.Introducer));
    }

    [Fact]
    public void OnlyIntroducerRefused_IsAskedAgainSoon()
    {
        _introducer.IsReachable = false;
        _scene.Register(_node, _introducer);
        _introducer.IsReachable = true;
        _scene.Run(ReachLimits.AvoidForFew - 2_000);
        Assert.Equal(0, _introducer.Core.Registered);
        _scene.Run(4_000);
        Assert.Equal(1, _introducer.Core.Registered);
    }

    [Fact]
    public void SecondIntroducerThatWasSilentAtFirst_IsAskedAgainSoon()
    {
        var busy = _scene.Add("198.18.10.1:4001");
        _scene.Lets = (from, _, _) => from != busy.Address;
        _scene.Register(_node, busy, _introducer);
        Assert.Equal(1, _node.Core.Introducers);
        // Given up by now, and the other keeps the node: were it left alone for long, nobody would be left when the other dies.
        _scene.Run((ReachLimits.FirstRetry << ReachLimits.MaxUnanswered) - ReachLimits.FirstRetry);
        _scene.Lets = (_, _, _) => true;
        _scene.Run(ReachLimits.AvoidForFew + 2_000);
        Assert.Equal(2, _node.Core.Introducers);
    }

    [Fact]
    public void ThirdIntroducerThatWasSilentAtFirst_IsLeftAloneForAMinute()
    {
        var (busy, other) = (_scene.Add("198.18.10.1:4001"), _scene.Add("198.18.11.1:4001"));
        _scene.Lets = (from, _, _) => from != busy.Address;
        _scene.Register(_node, busy, _introducer, other);
        _scene.Run(ReachLimits.FirstRetry << ReachLimits.MaxUnanswered);
        _scene.Lets = (_, _, _) => true;
        _scene.Run(ReachLimits.AvoidFor - 10_000);
        Assert.Equal(2, _node.Core.Introducers);
        _scene.Run(12_000);
        Assert.Equal(3, _node.Core.Introducers);
    }

    [Fact]
    public void NodeThatStrangersReach_KeepsOne()
    {
        _node.IsReachable = true;
        _scene.Register(_node, _introducer, _scene.Add("198.18.10.1:4001"));
        Assert.Equal(ReachLimits.RegistrationsWhenReachable, _node.Core.Introducers);
    }

    [Fact]
    public void NodeThatStrangersReach_AndThatAgreesToCircuits_KeepsOneThatCarriesThemToo()
    {
        var relay = _scene.Add("198.18.10.1:4001");
        relay.Core.SetRelay(takesCircuits: true, serves: true);
        _node.IsReachable = true;
        _node.Core.SetRelay(takesCircuits: true, serves: false);
        _scene.Register(_node, _introducer);
        Assert.Equal([_introducer.Address], _node.Via.Select(one => one.Introducer));
        _node.KnownIntroducers = [_introducer.Address, relay.Address];
        _scene.Run(2_500);
        Assert.Equal([relay.Address, _introducer.Address], _node.Via.Select(one => one.Introducer));
    }

    [Fact]
    public void NodeOfOneFamily_KeepsAnIntroducerOfBoth_AndNoOtherBesideTheOneThatItHas()
    {
        var same = _scene.Add("198.18.11.1:4001");
        var both = _scene.Add("198.18.10.1:4001");
        both.Wan6 = Endpoint.TryParse("[2001:db8::1]:4001", out var six) ? six : null;
        _node.IsReachable = true;
        _scene.Register(_node, _introducer, same, both);
        _scene.Run(2_500);
        Assert.Equal([_introducer.Address, both.Address, six], _node.Via.Select(one => one.Introducer));
        Assert.Equal(0, same.Core.Registered);
    }

    [Fact]
    public void RelayThatCarriesNoMore_IsGivenUpForAnother_HoweverManyThereAre()
    {
        var both = _scene.Add("198.18.10.1:4001");
        both.Wan6 = Endpoint.TryParse("[2001:db8::1]:4001", out var six) ? six : null;
        ReachSide[] relays = [.. Enumerable.Range(20, 8).Select(i => _scene.Add($"198.18.{i}.1:4001"))];
        _node.IsReachable = true;
        _node.Core.SetRelay(takesCircuits: true, serves: false);
        _node.Entries = [.. relays.Skip(4).Select(relay => relay.Address)];
        _scene.Register(_node, [_introducer, both, .. relays.Take(4)]);
        foreach (var relay in relays)
        {
            relay.Core.SetRelay(takesCircuits: true, serves: true);
            _scene.Run(1_000);
        }

        _scene.Run(2_000 + ReachLimits.SurplusAvoidFor);
        Assert.Equal(3, _node.Core.Introducers);
        var first = relays.Single(relay => relay.Core.Registered > 0);
        first.Core.SetRelay(takesCircuits: true, serves: false);
        _scene.Run(ReachLimits.RenewAfter + ReachLimits.RenewJitter + 20_000);
        Assert.Equal(0, first.Core.Registered);
        Assert.Single(relays, relay => relay.Core.Registered > 0);
        Assert.Equal(3, _node.Core.Introducers);
        Assert.Contains(six, _node.Via.Select(one => one.Introducer));
    }

    [Fact]
    public void RelayThatFellSilentAndIsNoPeerAnyMore_IsTakenAgainBesideTheOneInItsPlace()
    {
        var relay = _scene.Add("198.18.10.1:4001");
        relay.Core.SetRelay(takesCircuits: true, serves: true);
        _node.IsReachable = true;
        _node.Core.SetRelay(takesCircuits: true, serves: false);
        _scene.Register(_node, relay);
        _node.KnownIntroducers = [_introducer.Address];
        _scene.Lets = (from, _, _) => from != relay.Address;
        _scene.Run(ReachLimits.RenewAfter + ReachLimits.RenewJitter + 10_000);
        Assert.Equal([_introducer.Address], _node.Via.Select(one => one.Introducer));
        _scene.Lets = (_, _, _) => true;
        _scene.Run(2 * ReachLimits.LostRetry + 1_500);
        Assert.Equal([relay.Address, _introducer.Address], _node.Via.Select(one => one.Introducer));
    }

    [Fact]
    public void EntryThatIsNoPeer_IsAskedWhileNobodyCarriesCircuits()
    {
        var relay = _scene.Add("198.18.10.1:4001");
        relay.Core.SetRelay(takesCircuits: true, serves: true);
        _node.IsReachable = true;
        _node.Core.SetRelay(takesCircuits: true, serves: false);
        _node.Entries = [relay.Address];
        _scene.Register(_node, _introducer);
        _scene.Run(1_500);
        Assert.Equal([relay.Address, _introducer.Address], _node.Via.Select(one => one.Introducer));
    }
}
