using Kith.Crypto;
using Kith.Node.Network;
using Kith.Overlay.Swarm;

namespace Kith.Node.Tests.Network;

public sealed class NetworkSetupTests : IDisposable
{
    private const string Tsig = "key \"kith.example.\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0IHNlY3JldCBzZWNyZXQ=\";\n};\n";

    private readonly string _home = Directory.CreateTempSubdirectory("kith-network-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void WhatWasGiven_HoldsForTheNextRun()
    {
        Run(new NetworkOptions { Entries = ["127.0.0.1:1"], Knock = true, DynamicDns = ["entry.example.org:7000"], DynamicDnsServer = "127.0.0.1:53", DynamicDnsKeyFile = File("key", Tsig) });
        using var next = Run(new NetworkOptions());
        Assert.Equal(["127.0.0.1:1"], next.Entries);
        Assert.True(next.Knock);
        var name = Assert.Single(next.DynamicDns);
        Assert.Equal("entry.example.org", name.Name);
        Assert.Equal((ushort)7000, name.Port);
        Assert.Equal("127.0.0.1:53", name.Server);
        Assert.Equal("kith.example", name.Key?.Name);
    }

    [Fact]
    public void EntryPointsAtOnionAddresses_AreKeptBesideTheOthers_AndForThemselves()
    {
        const string Onion = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";
        Run(new NetworkOptions { Entries = ["127.0.0.1:1", Onion], TorEntry = true });
        using var next = Run(new NetworkOptions());
        Assert.Equal(["127.0.0.1:1"], next.Entries);
        Assert.Equal((ushort)7300, Assert.Single(next.OnionEntries).Port);
        Assert.True(next.TorEntry);
    }

    [Theory]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye:7300", "mistyped")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscry:7300", "56 letters")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd", "port")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:0", "port")]
    [InlineData("onion/", "port")]
    public void EntryPointAtAnOnionAddress_ThatIsMistyped_IsRefusedInOneSentence(string entry, string why)
    {
        var refusal = Assert.Throws<NodeStartException>(() => NetworkSetup.Open(_home, new NetworkOptions { Entries = [entry] }));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{entry} is not an entry point", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LocalNetworkAndMainline_HoldForOneRun()
    {
        using var first = Run(new NetworkOptions { LocalNetwork = false, Mainline = false });
        Assert.False(first.LocalNetwork || first.Mainline);
        using var next = Run(new NetworkOptions());
        Assert.True(next.LocalNetwork && next.Mainline);
    }

    [Fact]
    public void None_ForgetsWhatWasKept()
    {
        Run(new NetworkOptions { Entries = ["127.0.0.1:1"], DynamicDns = ["entry.example.org"] });
        Run(new NetworkOptions { Entries = ["none"], DynamicDns = ["none"] });
        using var next = Run(new NetworkOptions());
        Assert.Empty(next.Entries);
        Assert.Empty(next.DynamicDns);
    }

    [Fact]
    public void PrivateSwarm_IsNeverLeftSilently()
    {
        using var key = SwarmKey.Generate(SystemRandom.Instance);
        var file = File("swarm", key.Reveal() + "\n");
        using (var first = Run(new NetworkOptions { SwarmKeyFile = file }))
            Assert.False(first.Mainline);
        using (var second = Run(new NetworkOptions()))
            Assert.Equal(key.Reveal(), second.Swarm?.Reveal());
        System.IO.File.Delete(file);
        var refusal = Assert.Throws<NodeStartException>(() => NetworkSetup.Open(_home, new NetworkOptions()));
        Assert.Contains("--swarm-key none", refusal.Message, StringComparison.Ordinal);
        using var left = Run(new NetworkOptions { SwarmKeyFile = "none" });
        Assert.Null(left.Swarm);
    }

    [Fact]
    public void DamagedFile_IsSaidAndStopsTheStart()
    {
        System.IO.File.WriteAllText(Path.Combine(_home, "network.json"), "{");
        Assert.Throws<NodeStartException>(() => NetworkSetup.Open(_home, new NetworkOptions()));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("udp/127.0.0.1:7000")]
    [InlineData("two words:1")]
    [InlineData("")]
    public void BadEntry_OneSentence(string entry)
        => Assert.Contains("is not an entry point", Assert.Throws<NodeStartException>(() => NetworkSetup.Open(_home, new NetworkOptions { Entries = [entry] })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1:53")]
    [InlineData("entry.example.org:0")]
    [InlineData("entry.example.org:x")]
    [InlineData("-entry")]
    public void BadDnsName_OneSentence(string name)
        => Assert.Contains("is not a DNS name", Assert.Throws<NodeStartException>(() => NetworkSetup.Open(_home, new NetworkOptions { DynamicDns = [name] })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("key \"a\" { algorithm hmac-md5; secret \"c2VjcmV0\"; };")]
    [InlineData("key \"a\" { algorithm hmac-sha256; secret \"not base64\"; };")]
    public void KeyFileWithoutAKey_OneSentence(string text)
        => Assert.Throws<NodeStartException>(() => TsigKeyFile.Read(File("bad", text)));

    [Fact]
    public void NoSwarmKeyInTheFile_OneSentence()
        => Assert.Contains("holds no swarm key", Assert.Throws<NodeStartException>(() => NetworkSetup.Open(_home, new NetworkOptions { SwarmKeyFile = File("bad", "kith-swarm:abc") })).Message, StringComparison.Ordinal);

    private NetworkSetup Run(NetworkOptions given)
    {
        var setup = NetworkSetup.Open(_home, given);
        setup.Keep(_home);
        return setup;
    }

    private string File(string name, string content)
    {
        var path = Path.Combine(_home, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
