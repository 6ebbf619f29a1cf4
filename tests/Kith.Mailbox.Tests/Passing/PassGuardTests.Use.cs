using Kith.Mailbox.Boxes;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Passing;

/// <content>Guards that are there and of no use: given up late, for another, and few of them.</content>
public sealed partial class PassGuardTests
{
    private const long Hour = 60 * 60_000;

    private static readonly Endpoint Far = Endpoint.FromIPv4(0xC700_0005, 4_000);

    private int _seen;

    [Theory]
    [InlineData(DropCode.Busy)]
    [InlineData(DropCode.Silent)]
    [InlineData(DropCode.Unknown)]
    public void GuardThroughWhichNothingComes_GivesWayAfterADay_AndNoSooner(DropCode says)
    {
        var guards = Settle(_world);
        var version = _world.Routes.Guards.Version;
        Spoil(30 * Hour, at => at == guards[0] ? says : null);
        Assert.Equal(guards, _world.Routes.Guards.All);
        Spoil(4 * Hour, at => at == guards[0] ? says : null);
        var next = _world.Routes.InOrder(_world.Now).First(one => !guards.Contains(one));
        Assert.Equal([guards[1], guards[2], next], _world.Routes.Guards.All);
        Assert.Equal([guards[0]], _world.Routes.Guards.Useless);
        Assert.NotEqual(version, _world.Routes.Guards.Version); // so that it is kept over a restart
        // Nor does it come back when another is gone, though it is the first of the order.
        Miss(guards[1], PassLimits.GuardGone + Step);
        Assert.DoesNotContain(guards[0], _world.Routes.Guards.All);
        Assert.DoesNotContain(guards[1], _world.Routes.Guards.All);
    }

    [Fact]
    public void GuardThatCarriesAThird_Stays()
    {
        var guards = Settle(_world);
        var turn = 0;
        Spoil(54 * Hour, at => at == guards[0] && ++turn % 3 != 0 ? DropCode.Busy : null);
        Assert.Equal(guards, _world.Routes.Guards.All);
    }

    [Fact]
    public void NothingComesThroughAnyGuard_NoneGivesWay()
    {
        var guards = Settle(_world);
        Spoil(54 * Hour, static _ => DropCode.Busy);
        Assert.Equal(guards, _world.Routes.Guards.All);
    }

    [Fact]
    public void WhatTheLastOfAChainSaysOfTheHolder_IsHeldAgainstNoGuard()
    {
        var guards = Settle(_world);
        Spoil(54 * Hour, at => at == guards[0] ? DropCode.Silent : null, isOfHolder: true);
        Assert.Equal(guards, _world.Routes.Guards.All);
    }

    [Fact]
    public void WhoeverSpoilsWhatGoesThroughAGuard_MovesOnAFewInThePeriod_AndNoMore()
    {
        var guards = Settle(_world);
        HashSet<Endpoint> seen = [.. guards];
        for (var i = 0; i < PassLimits.MostUseless + 1; i++)
        {
            var bad = _world.Routes.Guards.All[0];
            Spoil(40 * Hour, at => at == bad ? DropCode.Busy : null);
            seen.UnionWith(_world.Routes.Guards.All);
        }

        Assert.Equal(PassLimits.MostUseless, _world.Routes.Guards.Useless.Count);
        Assert.Equal(PassLimits.Guards + PassLimits.MostUseless, seen.Count);
        // A restart changes nothing in that, only another period does.
        using var world = new RoutesWorld(40, neverStraight: true, isStarting: true);
        world.Routes.Restore(world.Now, new SavedGuards(0, [], _world.Routes.Guards.Useless));
        Settle(world);
        Assert.Empty(world.Routes.Guards.All.Intersect(_world.Routes.Guards.Useless));
        Assert.Equal(_world.Routes.Guards.Useless, world.Routes.Guards.Useless);
        world.Routes.Renew(new byte[32]);
        Assert.Empty(world.Routes.Guards.Useless);
    }

    [Fact]
    public void NobodyIsThereForAUselessOne_ItStays()
    {
        using var world = new RoutesWorld(3, neverStraight: true, isStarting: true);
        world.Ask(new ReadRequest(_keys.Box, ReadFlags.None, 0, 9, []) { Key = _keys.Read }, Far);
        world.WaitFor(PassLimits.StartPatience);
        var guards = world.Routes.Guards.All;
        Assert.Equal(PassLimits.Guards, guards.Count);
        Spoil(world, 54 * Hour, at => at == guards[0] ? DropCode.Busy : null);
        Assert.Equal(guards, world.Routes.Guards.All);
        Assert.Empty(world.Routes.Guards.Useless);
    }

    private void Spoil(long time, Func<Endpoint, DropCode?> says, bool isOfHolder = false) => Spoil(_world, time, says, isOfHolder);

    // Asks and answers for so long, each ten minutes through each guard: through whom the test says something it comes to that, through the others to what was asked for. The fiftieth request through each goes after 8 hours.
    private void Spoil(RoutesWorld world, long time, Func<Endpoint, DropCode?> says, bool isOfHolder = false)
    {
        List<BoxKeys> keys = [];
        var version = world.Routes.Guards.Version - 1;
        for (var end = world.Now + time; world.Now < end; world.Now += 10 * 60_000)
        {
            if (version != world.Routes.Guards.Version)
                keys = OneForEach(world);
            version = world.Routes.Guards.Version;
            foreach (var key in keys)
            {
                var call = Ask(world, key, holder: Far);
                for (; _seen < world.Asked.Count; _seen++)
                {
                    var asked = world.Asked[_seen];
                    if (world.Dropped.Contains(asked.Request))
                        continue;
                    var walk = world.Open(asked);
                    if (says(asked.At) is { } code)
                        world.Answer(asked.Request, walk, new PassAnswer(code, default), isOfHolder ? walk.Layers.Count - 2 : 0);
                    else
                        world.Answer(asked.Request, walk, Entries, walk.Layers.Count - 1);
                }

                world.Routes.Drop(call);
            }

            world.Dropped.Clear();
        }
    }

    // A box for each guard that its requests go to first.
    private List<BoxKeys> OneForEach(RoutesWorld world)
    {
        Dictionary<Endpoint, BoxKeys> found = [];
        for (var i = 0; i < 256 && found.Count < PassLimits.Guards; i++)
        {
            var keys = Rows.Keys((byte)i);
            world.Routes.Drop(Ask(world, keys, holder: Far));
            found.TryAdd(world.Asked[^1].At, keys);
        }

        _seen = world.Asked.Count;
        return [.. found.Values];
    }
}
