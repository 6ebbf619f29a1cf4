using Kith.Overlay.Entry.DynamicDns;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Tests.Entry.DynamicDns;

/// <summary>Who writes what when, under a fake clock and with the timing of the product.</summary>
public sealed class KeeperTests
{
    private const long Minute = 60_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ManyKeepers_FillTheNameAndNeverAboveItsLimit(int seed)
    {
        var world = new KeeperWorld(seed);
        for (var i = 1; i <= 20; i++)
            world.Add($"9.0.0.{i}:{1000 + i}");
        world.Run(10 * Minute);
        Assert.Equal(3, world.Entries.Count);
        Assert.Equal(3, world.Dns.MostEntries);
        Assert.Equal(3, world.Dns.Updates);

        // Once all is well nobody writes.
        world.Run(24 * 60 * Minute);
        Assert.Equal(3, world.Dns.Updates);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void DeadEntry_IsReplacedOnceWithinMinutes(int seed)
    {
        var world = new KeeperWorld(seed);
        for (var i = 1; i <= 20; i++)
            world.Add($"9.0.0.{i}:{1000 + i}");
        world.Run(10 * Minute);
        var before = world.Entries;
        world.Kill(before[1]);
        world.Run(5 * Minute);
        var after = world.Entries;
        Assert.Equal(3, after.Count);
        Assert.DoesNotContain(before[1], after);
        Assert.Contains(before[0], after);
        Assert.Contains(before[2], after);
        Assert.Equal(3, world.Dns.MostEntries);
        // An entry node that sees it first takes it out, and another comes in; or one does both.
        Assert.InRange(world.Dns.Updates, 4, 5);
        // Its host went with it: the zone does not fill up.
        Assert.Equal(6, world.Dns.Records.Count);
    }

    [Fact]
    public void AllEntriesDead_AreReplacedByTheOthers()
    {
        var world = new KeeperWorld(7);
        for (var i = 1; i <= 8; i++)
            world.Add($"9.0.0.{i}:{1000 + i}");
        world.Run(10 * Minute);
        var before = world.Entries;
        foreach (var entry in before)
            world.Kill(entry);
        // Without an entry the others still have each other.
        var others = world.Alive.ToList();
        for (var minute = 0; minute < 15; minute++)
        {
            world.Run(Minute);
            world.Answer(others);
        }

        Assert.Equal(3, world.Entries.Count);
        Assert.Empty(world.Entries.Intersect(before));
        Assert.Equal(3, world.Dns.MostEntries);
    }

    [Fact]
    public void LostQuestions_KillNobody()
    {
        var world = new KeeperWorld(5);
        for (var i = 1; i <= 6; i++)
            world.Add($"9.0.0.{i}:{1000 + i}");
        world.Run(10 * Minute);
        var before = world.Entries;
        // Two of three questions are lost: the third gets through.
        var asked = new Dictionary<(Endpoint, Endpoint), int>();
        world.Loses = (from, to) => (asked[(from, to)] = asked.GetValueOrDefault((from, to)) + 1) % 3 != 0;
        world.Run(3 * 60 * Minute);
        Assert.Equal(before, world.Entries);
    }

    [Fact]
    public void OneKeeperThatReachesNobody_CostsOneEntryAtMost()
    {
        var world = new KeeperWorld(6);
        for (var i = 1; i <= 4; i++)
            world.Add($"9.0.0.{i}:{1000 + i}");
        world.Run(10 * Minute);
        var before = world.Entries;
        var outsider = world.Alive.Except(before).Single();
        world.CutOff(outsider);
        // To the others too it is dead.
        world.Alive.Remove(outsider);
        world.Run(5 * Minute);
        Assert.Equal(before, world.Entries);
        for (var minute = 0; minute < 180; minute++)
        {
            world.Run(Minute);
            Assert.InRange(world.Entries.Count(entry => entry != outsider), 2, 3);
        }
    }

    [Fact]
    public void LastOneOfANetwork_PutsItselfInSoThatNewcomersFindIt()
    {
        var world = new KeeperWorld(16);
        for (var i = 1; i <= 4; i++)
            world.Add($"9.0.0.{i}:{1000 + i}");
        world.Run(10 * Minute);
        var last = world.Alive.Except(world.Entries).Single();
        foreach (var entry in world.Entries)
            world.Kill(entry);
        world.Run(30 * Minute);
        Assert.Contains(last, world.Entries);
        Assert.Equal(3, world.Entries.Count);
    }

    [Fact]
    public void NodeThatIsNotReachable_NeverWrites()
    {
        var world = new KeeperWorld(8);
        var core = world.Add("9.0.0.1:1001", isSuitable: false);
        world.Run(60 * Minute);
        Assert.Equal(0, world.Dns.Updates);
        Assert.False(core.DynamicDns.Single().IsKeeping);
        core.SetReachable(world.Now, At("9.0.0.1:1001"));
        world.Run(Minute);
        Assert.Equal([At("9.0.0.1:1001")], world.Entries);
        Assert.True(core.DynamicDns.Single() is { IsKeeping: true, IsEntry: true, Trouble: null, RenewedAt: > 0 });
    }

    [Fact]
    public void Refusals_AreSaidAndComeSeldomer()
    {
        var world = new KeeperWorld(10);
        world.Dns.Refusal = DnsRcode.Refused;
        var core = world.Add("9.0.0.1:1001");
        world.Run(Minute);
        Assert.Contains("(REFUSED)", core.DynamicDns.Single().Trouble, StringComparison.Ordinal);
        world.Run(24 * 60 * Minute);
        world.Dns.Refusal = null;
        world.Run(2 * 60 * Minute);
        Assert.Null(core.DynamicDns.Single().Trouble);
        Assert.Single(world.Entries);
    }

    [Fact]
    public void SilentServer_IsSaidAndNeverFatal()
    {
        var world = new KeeperWorld(11);
        world.Dns.IsDown = true;
        var core = world.Add("9.0.0.1:1001");
        world.Run(Minute);
        Assert.Equal("the DNS server 192.0.2.53:53 did not answer", core.DynamicDns.Single().Trouble);
        Assert.StartsWith("the DNS server 192.0.2.53:53 did not answer", core.View.Single().Detail, StringComparison.Ordinal);
        world.Run(3 * 60 * Minute);
        world.Dns.IsDown = false;
        world.Run(2 * 60 * Minute);
        Assert.Null(core.DynamicDns.Single().Trouble);
    }

    [Fact]
    public void RecordsThatAPersonMade_AreKeptWhileTheyLive_AndTheirHostsForEver()
    {
        var world = new KeeperWorld(12);
        var service = EntryRecords.ServiceOf(KeeperWorld.Name)!;
        var host = MemoryDns.Name("www.kith.test");
        world.Dns.Records.Add(DnsRecord.Srv(service, 60, 0, 0, 77, host));
        world.Dns.Records.Add(DnsRecord.Address(host, 60, At("9.9.9.9:77")));
        world.Alive.Add(At("9.9.9.9:77"));
        world.Add("9.0.0.1:1001");
        world.Add("9.0.0.2:1002");
        world.Run(10 * Minute);
        Assert.Contains(At("9.9.9.9:77"), world.Entries);
        Assert.Equal(3, world.Entries.Count);
        world.Alive.Remove(At("9.9.9.9:77"));
        world.Run(10 * Minute);
        Assert.DoesNotContain(At("9.9.9.9:77"), world.Entries);
        Assert.Contains(world.Dns.Records, record => record.Name.Equals(host));
    }

    [Fact]
    public void TwoEntriesOfOneAddress_ShareAHostThatStaysWhileOneLives()
    {
        var world = new KeeperWorld(13, maxEntries: 2);
        world.Add("9.0.0.1:1001");
        world.Add("9.0.0.1:1002");
        world.Run(10 * Minute);
        Assert.Equal(2, world.Entries.Count);
        world.Kill(At("9.0.0.1:1001"));
        for (var minute = 0; minute < 10; minute++)
        {
            world.Run(Minute);
            world.Answer([At("9.0.0.77:1")]);
        }

        Assert.Equal([At("9.0.0.1:1002")], world.Entries);
    }

    private static Endpoint At(string text)
    {
        Assert.True(Endpoint.TryParse(text, out var endpoint));
        return endpoint;
    }
}
