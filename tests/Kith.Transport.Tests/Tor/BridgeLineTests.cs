using Kith.Transport.Tor;

namespace Kith.Transport.Tests.Tor;

public sealed class BridgeLineTests
{
    private const string Fingerprint = "FD6BED97ACE67540EED3255EBCAE30368291011B";

    [Theory]
    [InlineData("192.0.2.1:443", null)]
    [InlineData("Bridge 192.0.2.1:443 " + Fingerprint, null)]
    [InlineData("bridge  obfs4 192.0.2.1:443 " + Fingerprint + " cert=abc+/ iat-mode=0", "obfs4")]
    [InlineData("webtunnel [2001:db8::1]:443 " + Fingerprint + " url=https://example.org/x ver=0.0.1", "webtunnel")]
    public void BridgeLine_IsReadAsPeopleGetIt(string text, string? transport)
    {
        Assert.True(BridgeLine.TryParse(text, out var line, out _));
        Assert.Equal(transport, line.Transport);
        Assert.False(line.Text.StartsWith("bridge", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("", "an address")]
    [InlineData("obfs4", "an address")]
    [InlineData("obfs4 example.org:443", "an address")]
    [InlineData("192.0.2.1", "an address")]
    [InlineData("1:443", "an address")]
    [InlineData("010.0.0.1:443", "an address")]
    [InlineData("2001:db8::1", "an address")]
    [InlineData("[fe80::1%1]:443", "an address")]
    [InlineData("192.0.2.1:0", "an address")]
    [InlineData("192.0.2.1:443 FD6BED97", "fingerprint")]
    [InlineData("192.0.2.1:443 " + Fingerprint + " cert=abc", "names none")]
    [InlineData("192.0.2.1:443 cert=abc", "names none")]
    [InlineData("obfs4 192.0.2.1:443 " + Fingerprint + " cert", "values like cert=")]
    [InlineData("obfs4 192.0.2.1:443 " + Fingerprint + " =abc", "values like cert=")]
    [InlineData("192.0.2.1:443 " + Fingerprint + " " + Fingerprint, "values like cert=")]
    [InlineData("192.0.2.1:443\nClientTransportPlugin x exec /bin/sh", "one line")]
    [InlineData("192.0.2.1:443 # x", "one line")]
    [InlineData("obfs4 192.0.2.1:443 a=\"b", "one line")]
    public void AnythingElse_IsRefusedInOneSentence(string text, string says)
    {
        Assert.False(BridgeLine.TryParse(text, out _, out var problem));
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void LineThatIsTooLong_IsRefused()
    {
        var longest = "obfs4 192.0.2.1:443 cert=".PadRight(TorLimits.MaxBridgeLine, 'a');
        Assert.True(BridgeLine.TryParse(longest, out _, out _));
        Assert.False(BridgeLine.TryParse(longest + "a", out _, out var problem));
        Assert.Contains("too long", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Torrc_HasTheBridgesAndNothingOpen()
    {
        var options = new TorOptions { DataDirectory = "/home/a \"b\"", Bridges = ["obfs4 192.0.2.1:443"], Transports = new Dictionary<string, string> { ["obfs4"] = "/bin/true" } };
        Assert.True(Torrc.TryBuild(options, 7, out var text, out _));
        Assert.Contains("DataDirectory \"/home/a \\\"b\\\"\"\n", text, StringComparison.Ordinal);
        Assert.Contains("UseBridges 1\nBridge obfs4 192.0.2.1:443\nClientTransportPlugin obfs4 exec /bin/true\n", text, StringComparison.Ordinal);
        Assert.Contains("OnionTrafficOnly", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0.0.0.0", text, StringComparison.Ordinal);
        Assert.False(Torrc.TryBuild(options with { Transports = new Dictionary<string, string> { ["obfs4"] = "/nowhere/at all" } }, 7, out _, out var problem));
        Assert.Contains("is not installed", problem, StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("kith no where");
        var blank = Path.Combine(folder.FullName, "obfs4proxy");
        File.WriteAllText(blank, "");
        Assert.False(Torrc.TryBuild(options with { Transports = new Dictionary<string, string> { ["obfs4"] = blank } }, 7, out _, out problem));
        Assert.Contains("has a blank in it", problem, StringComparison.Ordinal);
        folder.Delete(recursive: true);
        Assert.False(Torrc.TryBuild(options with { Bridges = [.. Enumerable.Repeat("192.0.2.1:443", TorLimits.MaxBridges + 1)] }, 7, out _, out _));
    }
}
