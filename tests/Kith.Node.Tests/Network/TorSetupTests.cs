using Kith.Node.Network;
using Kith.Transport.Tor;

namespace Kith.Node.Tests.Network;

public sealed class TorSetupTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("kith-torsetup-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void WhatIsGiven_IsTaken_AndKept()
    {
        var lines = Path.Combine(_home, "lines");
        File.WriteAllText(lines, "# a private network\n\nTestingTorNetwork 1\n  \nDirAuthority x\n");
        using (var first = NetworkSetup.Open(_home, new NetworkOptions { TorBridges = ["192.0.2.1:443"], TorTransports = ["obfs4=/usr/bin/obfs4proxy"], TorLinesFile = lines, TorProgram = "/bin/true" }))
            first.Keep(_home);
        using var next = NetworkSetup.Open(_home, new NetworkOptions());
        Assert.Equal(["192.0.2.1:443"], next.Tor.Bridges);
        Assert.Equal("/usr/bin/obfs4proxy", next.Tor.Transports["obfs4"]);
        Assert.Equal(["TestingTorNetwork 1", "DirAuthority x"], next.Tor.Lines);
        Assert.Equal("/bin/true", next.Tor.Program);
        using var none = NetworkSetup.Open(_home, new NetworkOptions { TorBridges = ["none"], TorTransports = ["none"], TorLinesFile = "none", TorProgram = "none" });
        Assert.Empty(none.Tor.Bridges);
        Assert.Empty(none.Tor.Transports);
        Assert.Empty(none.Tor.Lines);
        Assert.Null(none.Tor.Program);
    }

    [Theory]
    [InlineData("192.0.2.1", null, null, null, "an address like 192.0.2.1:443")]
    [InlineData("192.0.2.1:443\nLog debug file /x", null, null, null, "one line of plain letters")]
    [InlineData("192.0.2.1:443", "127.0.0.1:9051", null, null, "Bridges are for a Tor of this node's own")]
    [InlineData(null, null, "obfs4", null, "not the program of a transport")]
    [InlineData(null, null, "obfs4=obfs4proxy", null, "not the program of a transport")]
    [InlineData(null, null, "=/usr/bin/obfs4proxy", null, "not the program of a transport")]
    [InlineData(null, null, null, "/nowhere/tor", "There is no Tor at /nowhere/tor")]
    public void AnythingElse_IsRefusedInOneSentence(string? bridge, string? control, string? transport, string? program, string says)
    {
        var refused = Assert.Throws<NodeStartException>(() => TorSetup.Open(program, control, bridge is null ? null : [bridge], transport is null ? null : [transport], null));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TooManyBridges_OrLinesThatCannotBeRead_AreRefused()
    {
        Refused("At most", [.. Enumerable.Repeat("192.0.2.1:443", TorLimits.MaxBridges + 1)], null);
        Refused("cannot be read", null, Path.Combine(_home, "nowhere"));
        var large = Path.Combine(_home, "large");
        File.WriteAllText(large, new string('x', (64 * 1024) + 1));
        Refused("too long", null, large);

        static void Refused(string says, string[]? bridges, string? lines) =>
            Assert.Contains(says, Assert.Throws<NodeStartException>(() => TorSetup.Open(null, null, bridges, null, lines)).Message, StringComparison.Ordinal);
    }
}
