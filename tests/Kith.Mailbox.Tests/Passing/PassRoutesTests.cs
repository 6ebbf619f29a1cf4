using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Passing;

/// <summary>Through whom requests about our boxes go, and when straight.</summary>
public sealed class PassRoutesTests : IDisposable
{
    private readonly RoutesWorld _world = new(40);
    private readonly BoxKeys _keys = Rows.Keys();

    private ReadRequest Read => new(_keys.Box, ReadFlags.None, 0, 9, []) { Key = _keys.Read };

    private DeleteRequest Delete => new(_keys.Box, []);

    private static EntriesAnswer Entries => new(DropCode.Done, false, 7, []);

    private Endpoint Holder => _world.Holders[3];

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Request_GoesThroughOneThatIsNotOfTheBox()
    {
        _world.Routes.Found(_keys.Address, _world.Holders.Take(MailboxLimits.Asked));
        foreach (var holder in _world.Holders.Take(MailboxLimits.Asked).ToList())
            _world.Ask(Read, holder);
        Assert.All(_world.Asked, asked => Assert.DoesNotContain(asked.At, _world.Holders.Take(MailboxLimits.Asked)));
        Assert.All(_world.Asked, asked => Assert.IsType<PassRequest>(asked.Request.Request));
        Assert.InRange(_world.Asked.DistinctBy(asked => asked.At).Count(), 2, PassLimits.Chosen);
        _world.Answer(_world.Asked[0].Request, Entries);
        Assert.Equal(7, Assert.IsType<EntriesAnswer>(Assert.Single(_world.Told).Answer).Last);
    }

    [Fact]
    public void OneBoxAtOneHolder_GoesThroughOneAlone_AndManyBoxesThroughFew()
    {
        for (var i = 0; i < 5; i++)
            _world.Ask(Read, Holder);
        Assert.Single(_world.Asked.DistinctBy(asked => asked.At));
        for (var i = 0; i < 40; i++)
        {
            var keys = Rows.Keys((byte)i);
            _world.Ask(new ReadRequest(keys.Box, ReadFlags.None, 0, 9, []) { Key = keys.Read }, Holder);
        }

        Assert.InRange(_world.Asked.DistinctBy(asked => asked.At).Count(), 3, PassLimits.Chosen);
    }

    [Fact]
    public void InASmallNetwork_ThoseFarthestFromTheBoxPassOn()
    {
        using var world = new RoutesWorld(9);
        world.Routes.Found(_keys.Address, world.Holders);
        foreach (var holder in world.Holders.Take(MailboxLimits.Holders).ToList())
            world.Ask(Read, holder);
        Assert.All(world.Asked, asked => Assert.Contains(asked.At, world.Holders.Skip(MailboxLimits.Holders)));
    }

    [Fact]
    public void OneInThePrefixOfTheHolder_IsNotUsed()
    {
        var neighbours = Enumerable.Range(0, 30).Select(i => Holder.WithPort((ushort)(5_000 + i))).ToList();
        _world.Holders.AddRange(neighbours);
        for (var i = 0; i < 40; i++)
            _world.Ask(new ReadRequest(Rows.Keys((byte)i).Box, ReadFlags.None, 0, 9, []) { Key = Rows.Keys((byte)i).Read }, Holder);
        Assert.All(_world.Asked, asked => Assert.DoesNotContain(asked.At, neighbours));
    }

    [Fact]
    public void WhereTooFewAreKnown_AndToOurselves_ItGoesStraight()
    {
        using var few = new RoutesWorld(PassLimits.Fewest);
        few.Ask(Read, few.Holders[0]);
        Assert.Empty(few.Asked);
        few.WaitFor(PassLimits.StartPatience);
        Assert.Equal(few.Holders[0], Assert.Single(few.Asked).At);
        _world.Self = Holder;
        _world.Ask(Read, Holder);
        Assert.IsType<ReadRequest>(Assert.Single(_world.Asked).Request.Request);
    }

    [Theory]
    [InlineData(DropCode.Busy)]
    [InlineData(DropCode.NoRoom)]
    [InlineData(null)]
    public void PassersThatFail_OthersAreTried_ThenTheHolderStraight(DropCode? code)
    {
        _world.Ask(Read, Holder);
        for (var i = 0; i < PassLimits.Tries; i++)
        {
            Assert.NotEqual(Holder, _world.Asked[i].At);
            Miss(_world.Asked[i].Request, code);
        }

        Assert.Equal(PassLimits.Tries, _world.Asked.Take(PassLimits.Tries).DistinctBy(asked => asked.At).Count());
        Assert.Equal(Holder, _world.Asked[^1].At);
        Assert.IsType<ReadRequest>(_world.Asked[^1].Request.Request);
        Assert.Empty(_world.Told);
        _world.Give(_world.Asked[^1].Request, Entries);
        Assert.NotNull(Assert.Single(_world.Told).Answer);
    }

    [Fact]
    public void PassersThatFail_ADeleteWaits()
    {
        _world.Ask(Delete, Holder);
        for (var i = 0; i < PassLimits.Tries; i++)
            _world.Fail(_world.Asked[i].Request);
        Assert.Equal(PassLimits.Tries, _world.Asked.Count);
        Assert.Equal(AskFailure.Crowded, Assert.Single(_world.Told).Failure); // and nothing is held against the holder
    }

    [Theory]
    [InlineData(DropCode.Silent)]
    [InlineData(DropCode.Unknown)]
    public void AHolderThatTwoFindSilent_IsNeverAskedStraight(DropCode code)
    {
        _world.Ask(Read, Holder);
        Miss(_world.Asked[0].Request, code);
        Assert.Empty(_world.Told);
        Miss(_world.Asked[1].Request, code);
        Assert.Equal(AskFailure.Unreachable, Assert.Single(_world.Told).Failure);
        Assert.DoesNotContain(_world.Asked, asked => asked.At == Holder);
    }

    [Fact]
    public void AnswersThatDoNotOpen_AreHeldAgainstTheHolder_NotAReasonToAskItStraight()
    {
        _world.Ask(Read, Holder);
        for (var i = 0; i < PassLimits.Witnesses; i++)
        {
            _ = ((PassRequest)_world.Asked[i].Request.Request).Seal!();
            _world.Give(_world.Asked[i].Request, new PassAnswer(DropCode.Done, new byte[1_600]));
        }

        Assert.Equal(AskFailure.Unreachable, Assert.Single(_world.Told).Failure);
        Assert.DoesNotContain(_world.Asked, asked => asked.At == Holder);
    }

    [Fact]
    public void WhoMustNotBeSeen_NeverAsksStraight_ButFails()
    {
        using var few = new RoutesWorld(1, neverStraight: true);
        few.Ask(Read, few.Holders[0]);
        few.WaitFor(PassLimits.StartPatience);
        Assert.Empty(few.Asked);
        Assert.NotEqual(AskFailure.None, Assert.Single(few.Told).Failure);

        using var world = new RoutesWorld(40, neverStraight: true);
        world.Ask(Read, Holder, isPreferred: true);
        for (var i = 0; i < world.Asked.Count; i++)
            world.Fail(world.Asked[i].Request);
        Assert.DoesNotContain(world.Asked, asked => asked.At == Holder);
        Assert.All(world.Asked, asked => Assert.IsType<SealedRequest>(asked.Request.Request));
        Assert.NotEqual(AskFailure.None, Assert.Single(world.Told).Failure);

        // What we keep ourselves nobody sees us ask for.
        using var own = new RoutesWorld(PassLimits.Fewest, neverStraight: true);
        own.Self = own.Holders[0];
        own.Ask(Read, own.Holders[0]);
        Assert.Equal(own.OwnKey, Assert.Single(own.Asked).Request.OnlyTo); // who else is there, because others lied of where we are, hears nothing
    }

    [Fact]
    public void AHolderThatSomebodyNamed_IsAskedStraightWhereOthersDoNotKnowIt()
    {
        _world.Ask(Read, Holder, isPreferred: true);
        Miss(_world.Asked[0].Request, DropCode.Unknown);
        Miss(_world.Asked[1].Request, DropCode.Unknown);
        Assert.Equal(Holder, _world.Asked[^1].At);
    }

    [Fact]
    public void AHolderWithAnotherKey_IsGreetedAnew()
    {
        _world.Ask(Read, Holder);
        _world.Give(_world.Asked[0].Request, new PassAnswer(DropCode.Signature, default));
        Assert.Equal([Holder], _world.KeyFailures);
        Assert.Single(_world.Told);
    }

    [Fact]
    public void AHolderWhoseKeyIsNotKnown_IsNotAskedStraight()
    {
        _world.Keyless = Holder;
        _world.Ask(Read, Holder);
        _world.WaitFor(PassLimits.StartPatience);
        Assert.Equal(AskFailure.Unreachable, Assert.Single(_world.Told).Failure);
        Assert.Empty(_world.Asked);
        _world.Ask(Read, Holder);
        _world.Keyless = default;
        _world.Wait();
        Assert.IsType<PassRequest>(Assert.Single(_world.Asked).Request.Request);
    }

    [Fact]
    public void JustAfterTheStart_ARequestWaitsUntilOthersAreKnown()
    {
        using var world = new RoutesWorld(12);
        var later = world.Holders.ToList();
        world.Holders.RemoveRange(2, 10);
        world.Ask(Read, world.Holders[0]);
        world.Wait();
        Assert.Empty(world.Asked);
        world.Holders.Clear();
        world.Holders.AddRange(later);
        world.WaitFor(1_000);
        Assert.IsType<PassRequest>(world.Asked[0].Request.Request);
    }

    [Fact]
    public void ASilentPasser_AnotherIsTriedToo_AndTheFirstAnswerCounts()
    {
        _world.Ask(Read, Holder);
        _world.Wait();
        Assert.Equal(2, _world.Asked.Count);
        _world.Answer(_world.Asked[1].Request, Entries);
        Assert.Contains(_world.Asked[0].Request, _world.Dropped);
        _world.Fail(_world.Asked[0].Request);
        Assert.Single(_world.Told);
    }

    [Fact]
    public void AllPassersSilent_TheHolderIsAskedStraight_OnlyWhenTheyHaveFailed()
    {
        _world.Ask(Read, Holder);
        for (var i = 0; i < PassLimits.Tries; i++)
            _world.Wait();
        Assert.DoesNotContain(_world.Asked, asked => asked.At == Holder);
        foreach (var (_, request) in _world.Asked.ToList())
            _world.Fail(request);
        Assert.Equal(Holder, _world.Asked[^1].At);
        Assert.Equal(PassLimits.Tries + 1, _world.Asked.Count);
    }

    [Fact]
    public void WayThatWeEndOurselves_IsHeldAgainstNobody_AndTriedAgain()
    {
        _world.Ask(Read, Holder);
        // As often as networks change.
        for (var i = 0; i < 3 * PassLimits.Tries; i++)
            _world.Fail(_world.Asked[i].Request, AskFailure.Withdrawn);
        Assert.Single(_world.Asked.DistinctBy(asked => asked.At));
        Assert.NotEqual(Holder, _world.Asked[0].At);
        Assert.Empty(_world.Told);
    }

    [Fact]
    public void News_ComeThroughTheWayThatAnswered_UntilItEnds()
    {
        _world.Ask(Read with { Flags = ReadFlags.News }, Holder, keepsOn: true);
        var request = _world.Asked[0].Request;
        Assert.True(((PassRequest)request.Request).HasNews);
        _world.Answer(request, Entries);
        Assert.DoesNotContain(request, _world.Dropped);
        _world.Give(request, new PassAnswer(DropCode.Silent, default));
        Assert.Equal(AskFailure.Ended, _world.Told[^1].Failure);
        Assert.Contains(request, _world.Dropped);
        Assert.Single(_world.Asked);
    }

    [Fact]
    public void Dropped_NothingIsTold()
    {
        var call = _world.Ask(Read, Holder);
        _world.Routes.Drop(call);
        Assert.Contains(_world.Asked[0].Request, _world.Dropped);
        _world.Fail(_world.Asked[0].Request);
        _world.Wait();
        Assert.Empty(_world.Told);
        Assert.Single(_world.Asked);
    }

    private void Miss(Kith.Mailbox.Hosting.HolderRequest request, DropCode? code)
    {
        if (code is { } why)
            _world.Give(request, new PassAnswer(why, default));
        else
            _world.Fail(request, AskFailure.Unreachable);
    }
}
