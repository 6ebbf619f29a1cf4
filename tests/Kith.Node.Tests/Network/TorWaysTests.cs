using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Home;
using Kith.Node.Network;

namespace Kith.Node.Tests.Network;

/// <summary>Bridges and entry points that are set while a node runs: what is kept, and what is refused.</summary>
public sealed class TorWaysTests : IDisposable
{
    private const string Bridge = "obfs4 192.0.2.1:443 0123456789ABCDEF0123456789ABCDEF01234567 cert=abc iat-mode=0";
    private const string Entry = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";

    private readonly string _home = Directory.CreateTempSubdirectory("kith-ways-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Lines_AreKeptAsTheyAreMeant_AndTheRestOfTheHomeStays()
    {
        new NetworkFile(Entries: ["127.0.0.1:1"], TorTransports: ["obfs4=/usr/bin/obfs4proxy"]).Write(_home);
        var ways = Keep(new TorWaysChange(Bridges: [$"  Bridge {Bridge} ", "", Bridge, "192.0.2.2:9001"]));
        Assert.Equal([Bridge, "192.0.2.2:9001"], ways.Bridges);
        Assert.Empty(ways.Entries);
        ways = Keep(new TorWaysChange(Entries: [Entry]));
        Assert.Equal([Bridge, "192.0.2.2:9001"], ways.Bridges);
        Assert.Equal([Entry], ways.Entries);
        Assert.True(ways.OwnTor);
        var kept = NetworkFile.Read(_home);
        Assert.Equal(["127.0.0.1:1", Entry], kept.Entries);
        Assert.Equal(["obfs4=/usr/bin/obfs4proxy"], kept.TorTransports);

        // None is a choice too, and what is left out stays.
        ways = Keep(new TorWaysChange(Bridges: []));
        Assert.Empty(ways.Bridges);
        Assert.Equal([Entry], TorWays.Read(_home).Entries);
    }

    [Theory]
    [InlineData("not a bridge", "Line 2 is no bridge: a bridge line has an address")]
    [InlineData("192.0.2.1:443 0123", "Line 2 is no bridge: the fingerprint of this bridge line is mistyped")]
    [InlineData("192.0.2.1:443\nClientTransportPlugin x exec /bin/sh", "Line 2 is no bridge: a bridge line is one line of plain letters")]
    [InlineData("192.0.2.1:443 # more", "Line 2 is no bridge: a bridge line is one line of plain letters")]
    public void BadBridge_IsSaidByItsNumber_AndNothingChanges(string line, string says)
    {
        Keep(new TorWaysChange(Bridges: [Bridge]));
        var refusal = Assert.Throws<MessengerException>(() => Keep(new TorWaysChange(Bridges: ["192.0.2.9:443", line])));
        Assert.Equal(MessengerError.Invalid, refusal.Error);
        Assert.StartsWith(says, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([Bridge], TorWays.Read(_home).Bridges);
    }

    [Theory]
    [InlineData("192.0.2.1:443", "it has to be at an onion address")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye:7300", "mistyped")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd", "port")]
    public void BadEntryPoint_IsSaidByItsNumber_AndNothingChanges(string line, string why)
    {
        var refusal = Assert.Throws<MessengerException>(() => Keep(new TorWaysChange(Bridges: [Bridge], Entries: [line])));
        Assert.StartsWith("Line 1 is no entry point: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(TorWays.Read(_home).Bridges);
    }

    [Fact]
    public void MoreThanThereMayBe_AreRefused()
    {
        var refusal = Assert.Throws<MessengerException>(() => Keep(new TorWaysChange(Bridges: [.. Enumerable.Range(1, 33).Select(i => $"192.0.2.{i}:443")])));
        Assert.Equal("At most 32 bridges can be set.", refusal.Message);
    }

    [Fact]
    public void TorThatRunsAlready_TakesNoBridges_ButThoseThatWereSetCanGo()
    {
        new NetworkFile(TorControl: "127.0.0.1:9051").Write(_home);
        var refusal = Assert.Throws<MessengerException>(() => Keep(new TorWaysChange(Bridges: [Bridge])));
        Assert.Equal(MessengerError.Conflict, refusal.Error);
        Assert.False(Keep(new TorWaysChange(Bridges: [], Entries: [Entry])).OwnTor);
    }

    private TorWaysState Keep(TorWaysChange change) => TorWays.Keep(_home, TorWaysLines.Read(change));
}
