using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Passing;

/// <content>Guards of an earlier run, of another network and of another period.</content>
public sealed partial class PassGuardTests
{
    [Fact]
    public void GuardsOfAnEarlierRun_AreTaken_ThoughOthersComeFirstInTheOrder()
    {
        var secret = SystemRandom.Instance.NextBytes(32);
        using var before = new RoutesWorld(40, neverStraight: true, secret, isStarting: true);
        var others = Settle(before);
        using var world = new RoutesWorld(40, neverStraight: true, secret, isStarting: true);
        List<Endpoint> kept = [.. world.Holders.Except(others).Take(PassLimits.Guards)];
        world.Routes.Restore(world.Now, new SavedGuards(0, kept, []));
        Assert.Equal(kept.ToHashSet(), Settle(world).ToHashSet());
        Assert.Equal(kept, world.Routes.Guards.All);
    }

    [Fact]
    public void GuardsOfAnEarlierRun_AreSaidHelloTo_FromASecondUp_AndWaitedFor()
    {
        List<Endpoint> kept = [.. _world.Holders.Take(PassLimits.Guards)];
        _world.Unknown.UnionWith(kept);
        _world.Routes.Restore(_world.Now, new SavedGuards(0, kept, []));
        var start = _world.Now;
        Ask(_world);
        _world.WaitFor(10_000);
        Assert.Empty(_world.Asked);
        Assert.Equal([0L, 1_000, 3_000, 7_000], _world.Greeted.Where(one => one.At == kept[0]).Select(one => one.When - start));
        _world.Unknown.Clear();
        Ask(_world);
        Assert.Contains(_world.Asked[^1].At, kept);
    }

    [Fact]
    public void GuardsOfAnotherNetwork_AreGivenUp_WhereNoneIsHadForAMinute()
    {
        List<Endpoint> kept = [.. Enumerable.Range(1, 3).Select(i => Endpoint.FromIPv4(0xC0A8_0005 + ((uint)i << 8), 4_000))];
        _world.Unknown.UnionWith(kept);
        _world.Routes.Restore(_world.Now, new SavedGuards(0, kept, []));
        var version = _world.Routes.Guards.Version;
        Ask(_world);
        _world.WaitFor(PassLimits.StartPatience);
        Ask(_world);
        _world.WaitFor(PassLimits.KeptGuardsGone - 1_000);
        Ask(_world);
        Assert.Empty(_world.Asked);
        _world.WaitFor(2_000);
        Ask(_world);
        Assert.DoesNotContain(Assert.Single(_world.Asked).At, kept);
        Assert.Equal(PassLimits.Guards, _world.Routes.Guards.All.Count);
        Assert.NotEqual(version, _world.Routes.Guards.Version); // so that these are kept in their place
    }

    [Fact]
    public void GuardOfAnEarlierRun_NotHadForAnHour_GivesWay_WhileTheOthersAreHad()
    {
        List<Endpoint> kept = [.. _world.Holders.Take(PassLimits.Guards)];
        _world.Unknown.Add(kept[0]);
        _world.Holders.Remove(kept[0]);
        _world.Routes.Restore(_world.Now, new SavedGuards(0, kept, []));
        Ask(_world);
        for (var waited = 0L; waited < PassLimits.GuardGone - Step; waited += Step)
        {
            _world.WaitFor(Step);
            Ask(_world);
            Assert.Equal(kept, _world.Routes.Guards.All);
        }

        _world.WaitFor(Step);
        Ask(_world);
        Assert.Equal(kept[1..], _world.Routes.Guards.All.Take(2));
        Assert.Equal(PassLimits.Guards, _world.Routes.Guards.All.Count);
        Assert.DoesNotContain(kept[0], _world.Routes.Guards.All);
    }

    [Fact]
    public void GuardsOfAnEarlierRun_AreKept_ThoughTheStartIsOfflineForHours()
    {
        List<Endpoint> all = [.. _world.Holders], kept = [.. all.Take(PassLimits.Guards)];
        _world.Unknown.UnionWith(all);
        _world.Holders.Clear();
        _world.IsOnline = false;
        _world.Routes.Restore(_world.Now, new SavedGuards(0, kept, []));
        for (var waited = 0L; waited < 2 * PassLimits.GuardGone; waited += Step)
        {
            _world.Routes.Drop(Ask(_world, holder: all[^1]));
            _world.WaitFor(Step);
        }

        // Others are there a moment before them.
        _world.IsOnline = true;
        _world.Holders.AddRange(all.Skip(PassLimits.Guards));
        _world.Unknown.ExceptWith(_world.Holders);
        _world.Routes.Drop(Ask(_world, holder: all[^1]));
        Assert.Equal(kept, _world.Routes.Guards.All);
        _world.WaitFor(Step);
        _world.Unknown.Clear();
        Ask(_world, holder: all[^1]);
        Assert.Equal(kept, _world.Routes.Guards.All);
        Assert.Contains(_world.Asked[^1].At, kept);
    }

    [Fact]
    public void GuardsOfAnEarlierRun_AreMissedFromTheirFirstHelloOn_NotWhileNothingIsHidden()
    {
        List<Endpoint> kept = [.. _world.Holders.Take(PassLimits.Guards)];
        _world.Unknown.UnionWith(kept[..2]);
        _world.Routes.Restore(_world.Now, new SavedGuards(0, kept, []));
        _world.IsHidden = false;
        _world.Routes.Notice(_world.Now);
        for (var waited = 0L; waited < 2 * PassLimits.GuardGone; waited += Step)
        {
            _world.Routes.Heard(_world.Now);
            _world.WaitFor(Step);
        }

        Assert.Empty(_world.Greeted);
        _world.IsHidden = true;
        _world.Routes.Notice(_world.Now);
        Ask(_world);
        _world.WaitFor(Step);
        Ask(_world);
        Assert.Equal(kept, _world.Routes.Guards.All);
        Assert.Equal(kept[..2].ToHashSet(), _world.Greeted.Select(one => one.At).ToHashSet());
    }

    [Fact]
    public void AnotherNetwork_ForgivesGuards()
    {
        var guards = Settle(_world);
        for (var i = 0; i < 8; i++)
        {
            foreach (var guard in guards)
                _world.Routes.SessionFailed(_world.Now, guard);
            _world.Now += PassLimits.LastGuardRest;
        }

        foreach (var guard in guards)
            _world.Routes.SessionFailed(_world.Now, guard);
        var asked = _world.Asked.Count;
        Ask(_world);
        Assert.Equal(asked, _world.Asked.Count);
        _world.Routes.NetworkChanged(_world.Now);
        Ask(_world);
        Assert.Contains(_world.Asked[^1].At, guards);
        Assert.True(_world.Asked.Count > asked);
        Miss(guards[0], PassLimits.GuardGone - Step);
        Assert.Equal(guards, _world.Routes.Guards.All);
    }

    [Fact]
    public void AnotherPeriod_ChoosesGuardsAnew()
    {
        var guards = Settle(_world);
        var version = _world.Routes.Guards.Version;
        _world.Routes.Renew(SystemRandom.Instance.NextBytes(32));
        Assert.NotEqual(version, _world.Routes.Guards.Version);
        Ask(_world);
        Assert.Equal(PassLimits.Guards, _world.Routes.Guards.All.Count);
        Assert.NotEqual(guards.ToHashSet(), _world.Routes.Guards.All.ToHashSet());
        Assert.Contains(_world.Asked[^1].At, _world.Routes.Guards.All);
    }

    [Fact]
    public void TheSamePeriod_KeepsThem()
    {
        var secret = SystemRandom.Instance.NextBytes(32);
        using var world = new RoutesWorld(40, neverStraight: true, secret, isStarting: true);
        var guards = Settle(world);
        world.Routes.Renew([.. secret]);
        Assert.Equal(guards.ToHashSet(), world.Routes.Guards.All.ToHashSet());
    }

    [Fact]
    public void Saved_ReadsWhatWasWritten_AndNothingElse()
    {
        var saved = new SavedGuards(7, [Endpoint.FromIPv4(0xC600_0105, 4_000), Endpoint.FromIPv6(5, 6, 7)], [Endpoint.FromIPv4(0xC600_0205, 4_000)]);
        Assert.True(SavedGuards.TryRead(saved.ToArray(), out var read));
        Assert.Equal((7L, saved.Guards.Count), (read.Period, read.Guards.Count));
        Assert.Equal(saved.Guards, read.Guards);
        Assert.Equal(saved.Useless, read.Useless);
        var bytes = saved.ToArray();
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(SavedGuards.TryRead(bytes.AsSpan(0, length), out _));
        Assert.False(SavedGuards.TryRead([.. bytes, 0], out _));
        bytes[9] = PassLimits.Guards + 1;
        Assert.False(SavedGuards.TryRead(bytes, out _));
        bytes = saved.ToArray();
        bytes[^19] = PassLimits.MostUseless + 1;
        Assert.False(SavedGuards.TryRead(bytes, out _));
        // As the first version wrote it.
        byte[] first = [1, .. saved.ToArray()[1..^19]];
        Assert.True(SavedGuards.TryRead(first, out read));
        Assert.Equal(saved.Guards, read.Guards);
        Assert.Empty(read.Useless);
        foreach (var version in (byte[])[0, 3])
            Assert.False(SavedGuards.TryRead([version, .. saved.ToArray()[1..]], out _));
    }
}
