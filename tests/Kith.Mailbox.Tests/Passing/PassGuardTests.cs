using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Passing;

/// <summary>The few who see the address of somebody who must not be seen: kept, tried again soon, and replaced late.</summary>
public sealed partial class PassGuardTests : IDisposable
{
    private const long Step = 10_000;

    private readonly RoutesWorld _world = new(40, neverStraight: true, isStarting: true);
    private readonly BoxKeys _keys = Rows.Keys();

    private static EntriesAnswer Entries => new(DropCode.Done, false, 7, []);

    public void Dispose() => _world.Dispose();

    [Fact]
    public void GuardsWhoseSessionsFail_AreTriedAgainAfterSeconds_AndNoOthersAreTaken()
    {
        var guards = Settle(_world);
        foreach (var guard in guards)
            _world.Routes.SessionFailed(_world.Now, guard);
        var asked = _world.Asked.Count;
        Ask(_world);
        Assert.Equal(asked, _world.Asked.Count);
        Assert.Equal(AskFailure.Crowded, _world.Told[^1].Failure); // no others are taken
        _world.Now += PassLimits.FirstGuardRest;
        Ask(_world);
        Assert.Contains(_world.Asked[^1].At, guards);

        // Each failure doubles the rest, up to a minute.
        var since = _world.Now;
        var tries = 0;
        while (_world.Now < since + PassLimits.GuardGone - PassLimits.LastGuardRest)
        {
            asked = _world.Asked.Count;
            Ask(_world);
            if (_world.Asked.Count > asked)
            {
                tries++;
                Assert.Contains(_world.Asked[^1].At, guards);
            }

            foreach (var guard in guards)
                _world.Routes.SessionFailed(_world.Now, guard);
            _world.Now += 1_000;
        }

        Assert.InRange(tries, 55, 70);
    }

    [Fact]
    public void WhatOthersSayOfAGuard_DoesNotTakeItAway()
    {
        var guards = Settle(_world);
        // Others found that they hold nothing: the directory passes them over.
        _world.Holders.RemoveAll(guards.Contains);
        _world.Now += 60_000;
        Ask(_world);
        Assert.Contains(_world.Asked[^1].At, guards);
    }

    [Fact]
    public void GuardThatAnswers_BeginsFromTheStart()
    {
        var guard = Settle(_world)[0];
        _world.Routes.SessionFailed(_world.Now, guard);
        _world.Now += PassLimits.FirstGuardRest;
        _world.Routes.SessionFailed(_world.Now, guard);
        _world.Now += 2 * PassLimits.FirstGuardRest;
        AnswerThrough(guard);
        _world.Routes.SessionFailed(_world.Now, guard);
        _world.Now += PassLimits.FirstGuardRest;
        AnswerThrough(guard);
    }

    [Fact]
    public void GuardGoneForAnHour_GivesWayToTheNextOfTheOrder_AndTheOthersStay()
    {
        var guards = Settle(_world);
        var gone = guards[1];
        var version = _world.Routes.Guards.Version;
        // HELLO is not answered either: the directory counts it no more among those who hold.
        _world.Holders.Remove(gone);
        Miss(gone, PassLimits.GuardGone - Step);
        Assert.Equal(guards, _world.Routes.Guards.All);
        Assert.Equal(version, _world.Routes.Guards.Version);
        Miss(gone, 2 * Step);
        var next = _world.Routes.InOrder(_world.Now).First(one => !guards.Contains(one));
        Assert.Equal([guards[0], guards[2], next], _world.Routes.Guards.All);
        Assert.NotEqual(version, _world.Routes.Guards.Version); // so that it is kept over a restart
        Assert.Equal(_world.Routes.Guards.All.ToHashSet(), Firsts());

        // Whoever comes back then is one of many.
        _world.Holders.Add(gone);
        _world.Now += Step;
        Ask(_world);
        Assert.DoesNotContain(gone, _world.Routes.Guards.All);
    }

    [Fact]
    public void GuardBackWithinTheHour_IsKept_AndMissedAnewFromThenOn()
    {
        var guards = Settle(_world);
        var version = _world.Routes.Guards.Version;
        _world.Holders.Remove(guards[1]);
        Miss(guards[1], PassLimits.GuardGone - (2 * PassLimits.LastGuardRest));
        _world.Now += PassLimits.LastGuardRest;
        _world.Holders.Add(guards[1]);
        AnswerThrough(guards[1]);
        _world.Holders.Remove(guards[1]);
        Miss(guards[1], PassLimits.GuardGone - Step);
        Assert.Equal(guards, _world.Routes.Guards.All);
        Assert.Equal(version, _world.Routes.Guards.Version);
        Miss(guards[1], 2 * Step);
        Assert.DoesNotContain(guards[1], _world.Routes.Guards.All);
    }

    [Fact]
    public void InTheFirstSeconds_NobodyIsFirstWhoIsNoGuard()
    {
        _world.Holders.RemoveRange(8, 32);
        Ask(_world);
        _world.WaitFor(PassLimits.StartPatience - 1);
        Assert.Empty(_world.Asked);
        Assert.Empty(_world.Routes.Guards.All);
        _world.WaitFor(1);
        Assert.Contains(Assert.Single(_world.Asked).At, _world.Routes.Guards.All);
    }

    [Fact]
    public void HoursWithoutAnyAnswer_CountForNoGuardsAbsence()
    {
        var guards = Settle(_world);
        _world.IsOnline = false;
        for (var end = _world.Now + (2 * PassLimits.GuardGone); _world.Now < end; _world.Now += Step)
        {
            foreach (var guard in guards)
                _world.Routes.SessionFailed(_world.Now, guard);
            _world.Routes.Drop(Ask(_world));
        }

        // Back: others answer before a guard is tried.
        _world.IsOnline = true;
        _world.Now += PassLimits.LastGuardRest;
        Ask(_world);
        Assert.Equal(guards, _world.Routes.Guards.All);
        Assert.Contains(_world.Asked[^1].At, guards);

        // One that is gone then has an hour from there on.
        Miss(guards[0], PassLimits.GuardGone - Step);
        Assert.Equal(guards, _world.Routes.Guards.All);
        Miss(guards[0], 2 * Step);
        Assert.DoesNotContain(guards[0], _world.Routes.Guards.All);
    }

    [Fact]
    public void GuardThatPassesNothingOnAnyMore_GivesWayAfterAnHour()
    {
        var guards = Settle(_world);
        var seen = _world.Asked.Count;
        var gone = guards[0];
        for (var end = _world.Now + PassLimits.GuardGone + (2 * PassLimits.LastGuardRest); _world.Now < end; _world.Now += PassLimits.LastGuardRest)
        {
            // So many boxes that some go through each guard.
            for (var i = 0; i < 40; i++)
                Ask(_world, Rows.Keys((byte)i));
            for (; seen < _world.Asked.Count; seen++)
            {
                if (_world.Asked[seen].At == gone)
                    _world.Answer(_world.Asked[seen].Request, _world.Open(_world.Asked[seen]), new PassAnswer(DropCode.NoRoom, default), 0);
            }
        }

        Assert.DoesNotContain(gone, _world.Routes.Guards.All);
        Assert.Equal(guards[1..], _world.Routes.Guards.All.Take(2));
    }

    [Fact]
    public void GuardThatCannotBeKnownAnyMore_GivesWayAfterAnHour()
    {
        var guards = Settle(_world);
        var gone = guards[0];
        // It fell out of what is known, and its prefix is full of others: no HELLO goes to it.
        _world.Unknown.Add(gone);
        _world.Holders.Remove(gone);
        for (var waited = 0L; waited < PassLimits.GuardGone - Step; waited += Step)
        {
            _world.Routes.Drop(Ask(_world));
            _world.WaitFor(Step);
            Assert.Equal(guards, _world.Routes.Guards.All);
        }

        _world.WaitFor(2 * Step);
        Ask(_world);
        Assert.DoesNotContain(gone, _world.Routes.Guards.All);
        Assert.Equal(guards[1..], _world.Routes.Guards.All.Take(2));
    }

    [Fact]
    public void GuardWithAnotherKey_IsSaidHelloTo_AndUsedWithTheNewOne()
    {
        var guards = Settle(_world);
        Ask(_world);
        var guard = _world.Asked[^1].At;
        _world.Give(_world.Asked[^1].Request, new SealedAnswer(DropCode.Signature, default));
        Assert.NotEqual(guard, _world.Asked[^1].At);
        _world.WaitFor(1);
        Assert.Equal(guard, Assert.Single(_world.Greeted).At);
        _world.Renewed.Add(guard);
        _world.Now += 60_000;
        var firsts = Firsts();
        Assert.Contains(guard, firsts);
        Assert.Equal(guards.ToHashSet(), firsts);
    }

    [Fact]
    public void WhatAnotherSaysOfAGuardsKey_DoesNotTakeItAway()
    {
        // So few that guards stand behind guards.
        using var world = new RoutesWorld(4, neverStraight: true, isStarting: true);
        Ask(world);
        world.WaitFor(PassLimits.StartPatience);
        Ask(world);
        Assert.Equal(PassLimits.Guards, world.Routes.Guards.All.Count);
        var walk = world.Open(world.Asked[^1]);
        Assert.Contains(walk.Stops[1], world.Routes.Guards.All);
        world.Answer(world.Asked[^1].Request, walk, new PassAnswer(DropCode.Signature, default), 0);
        Assert.Equal(walk.Stops[1], Assert.Single(world.KeyFailures));
        world.WaitFor(1_000);
        Assert.Empty(world.Greeted);
    }

    [Fact]
    public void NewsThatGoStraight_EndWhenSomebodyMustNotSee_AndGoThroughSeveralThen()
    {
        using var world = new RoutesWorld(3);
        Ask(world, _keys, ReadFlags.News);
        world.WaitFor(PassLimits.StartPatience);
        var straight = world.Asked[^1].Request;
        Assert.IsType<ReadRequest>(straight.Request);
        world.Give(straight, Entries);
        Assert.Single(world.Told);
        Assert.False(world.Routes.Notice(world.Now));
        world.IsHidden = true;
        Assert.True(world.Routes.Notice(world.Now));
        Assert.Contains(straight, world.Dropped);
        Assert.Equal(AskFailure.Withdrawn, world.Told[^1].Failure);
        world.Give(straight, Entries);
        Assert.Equal(2, world.Told.Count);
        Ask(world, _keys, ReadFlags.News);
        Assert.IsType<SealedRequest>(world.Asked[^1].Request.Request);
        Assert.False(world.Routes.Notice(world.Now));
    }

    [Fact]
    public void NewsThatAreAskedForWhenTheLengthChanges_EndWithTheirFirstAnswer()
    {
        Settle(_world);
        Ask(_world, _keys, ReadFlags.News);
        var (asked, told) = (_world.Asked[^1], _world.Told.Count);
        var walk = _world.Open(asked);
        _world.Length = PassLimits.MostPassers;
        Assert.False(_world.Routes.Notice(_world.Now));
        Assert.Equal(told, _world.Told.Count);
        _world.Answer(asked.Request, walk, Entries, walk.Layers.Count - 1);
        Assert.Equal(AskFailure.Withdrawn, _world.Told[^1].Failure);
        Assert.Contains(asked.Request, _world.Dropped);
    }

    [Fact]
    public void NewsThroughAChain_EndWhenItsLengthIsAnother_AndNotWhenNothingIsHiddenAnyMore()
    {
        Settle(_world);
        Ask(_world, _keys, ReadFlags.News);
        var walk = _world.Open(_world.Asked[^1]);
        _world.Answer(_world.Asked[^1].Request, walk, Entries, walk.Layers.Count - 1);
        _world.IsHidden = false;
        var told = _world.Told.Count;
        Assert.False(_world.Routes.Notice(_world.Now));
        Assert.Equal(told, _world.Told.Count);
        _world.IsHidden = true;
        Assert.True(_world.Routes.Notice(_world.Now));
        Ask(_world, _keys, ReadFlags.News);
        walk = _world.Open(_world.Asked[^1]);
        _world.Answer(_world.Asked[^1].Request, walk, Entries, walk.Layers.Count - 1);
        _world.Length = PassLimits.MostPassers;
        Assert.False(_world.Routes.Notice(_world.Now));
        Assert.Equal(AskFailure.Withdrawn, _world.Told[^1].Failure);
        Ask(_world, _keys, ReadFlags.News);
        Assert.Equal(PassLimits.MostPassers + 1, _world.Open(_world.Asked[^1]).Stops.Count);
    }

    private List<Endpoint> Settle(RoutesWorld world)
    {
        // Not waited for: whoever is slow is asked after others.
        world.Routes.Drop(Ask(world));
        world.WaitFor(PassLimits.StartPatience);
        for (var i = 0; i < 40; i++)
            world.Ask(new ReadRequest(Rows.Keys((byte)i).Box, ReadFlags.None, 0, 9, []) { Key = _keys.Read }, world.Holders[i % world.Holders.Count]);
        Assert.Equal(PassLimits.Guards, world.Routes.Guards.All.Count);
        Assert.Equal(world.Routes.Guards.All.ToHashSet(), world.Asked.Select(asked => asked.At).ToHashSet());
        return [.. world.Routes.Guards.All];
    }

    // Asks, while every session to one comes to nothing.
    private void Miss(Endpoint gone, long time)
    {
        for (var end = _world.Now + time; _world.Now < end; _world.Now += Step)
        {
            _world.Routes.SessionFailed(_world.Now, gone);
            _world.Routes.Drop(Ask(_world));
        }
    }

    private HashSet<Endpoint> Firsts() => [.. Enumerable.Range(0, 30).Select(i =>
    {
        Ask(_world, Rows.Keys((byte)i));
        return _world.Asked[^1].At;
    })];

    private void AnswerThrough(Endpoint guard)
    {
        for (var i = 0; i < 60; i++)
        {
            Ask(_world, Rows.Keys((byte)i));
            if (_world.Asked[^1].At != guard)
                continue;
            var walk = _world.Open(_world.Asked[^1]);
            _world.Answer(_world.Asked[^1].Request, walk, Entries, walk.Layers.Count - 1);
            return;
        }

        Assert.Fail("Nothing went through the guard.");
    }

    private PassCall Ask(RoutesWorld world, BoxKeys? keys = null, ReadFlags flags = ReadFlags.None, Endpoint? holder = null) =>
        world.Ask(new ReadRequest((keys ?? _keys).Box, flags, 0, 9, []) { Key = (keys ?? _keys).Read }, holder ?? world.Holders.Except(world.Routes.Guards.All).First(), keepsOn: flags.HasFlag(ReadFlags.News));
}
