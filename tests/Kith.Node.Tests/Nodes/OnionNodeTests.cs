using System.Net;
using System.Text.Json;

namespace Kith.Node.Tests.Nodes;

/// <summary>A node under <c>onion</c> while Tor cannot be used: nothing is opened, said or sent but through it, and everything waits. (What it does with Tor is tested over a private Tor network.)</summary>
public sealed class OnionNodeTests : IAsyncLifetime
{
    // Nobody is there: such a Tor is never ready.
    private const string NoTor = "127.0.0.1:1";

    private readonly TestNode _alice = new("Alice");
    private readonly TestNode _bob = new("Bob");

    public async ValueTask InitializeAsync()
    {
        await _alice.StartAsync(privacy: "onion", torControl: NoTor);
        await _bob.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
    }

    [Fact]
    public async Task OpensNoPortForOthers_AndHasNoOverlay()
    {
        var status = await _alice.GetAsync("status");
        Assert.Equal("onion", status.GetProperty("privacy").GetString());
        Assert.Empty(status.GetProperty("listen").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("wan").ValueKind);
        Assert.NotEqual("ready", status.GetProperty("tor").GetProperty("phase").GetString());
        Assert.StartsWith("onion/", status.GetProperty("tor").GetProperty("address").GetString(), StringComparison.Ordinal);
        var network = await _alice.GetAsync("network");
        Assert.Empty(network.GetProperty("entries").EnumerateArray());
        Assert.Equal(0, network.GetProperty("traffic").GetProperty("out").GetInt64());
        Assert.Equal(0, network.GetProperty("dht").GetProperty("nodes").GetInt32());
    }

    [Fact]
    public async Task Message_WaitsAndSaysWhy_ThoughTheOtherOneIsRightBeside()
    {
        var link = (await _bob.SendAsync(HttpMethod.Post, "links", new { uses = 1 })).GetProperty("link").GetString();
        var added = await _alice.SendAsync(HttpMethod.Post, "contacts", new { link, name = "Bob" });
        Assert.Equal("connecting", added.GetProperty("state").GetString());
        var sent = await _alice.SendAsync(HttpMethod.Post, "contacts/Bob/messages", new { text = "hello", wait = "sent", timeout = 1_500 });
        Assert.Equal("waiting", sent.GetProperty("state").GetString());
        Assert.Contains("onion address", sent.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Empty((await _bob.GetAsync("contacts")).GetProperty("contacts").EnumerateArray());
        foreach (var route in (string[])["direct", "relay"])
            Assert.Contains("onion", await _alice.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "contacts/Bob/messages", new { text = "x", route }), StringComparison.Ordinal);
        Assert.Contains("exception", await _alice.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Patch, "contacts/Bob", new { privacyException = "open" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_NamesTheOnionServiceAlone()
    {
        var text = (await _alice.SendAsync(HttpMethod.Post, "links", new { uses = 1 })).GetProperty("link").GetString();
        Assert.True(Messaging.Contacts.Link.TryParse(text, out var link, out _));
        Assert.Equal(Messaging.Contacts.LinkAddressKind.Onion, Assert.Single(link.Addresses).Kind);
        Assert.Empty((await _alice.GetAsync("peers")).GetProperty("peers").EnumerateArray());
    }

    [Fact]
    public async Task Doctor_SaysWhatIsWrongWithTor()
    {
        var checks = (await _alice.GetAsync("doctor")).GetProperty("checks").EnumerateArray().ToList();
        Assert.DoesNotContain(checks, check => check.GetProperty("check").GetString() is "udp" or "wan" or "dht" or "listen" or "entry");
        var tor = Assert.Single(checks, check => check.GetProperty("check").GetString() == "tor");
        Assert.False(tor.GetProperty("ok").GetBoolean());
        Assert.Contains("nothing is sent another way", tor.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SettingIsChanged_TheNodeStopsToBeStartedAnew()
    {
        Assert.False(_bob.Node.WantsRestart);
        await _bob.SendAsync(HttpMethod.Patch, "settings", new { privacy = "onion" });
        await _bob.Node.Stopped.WaitAsync(TestNode.Patience);
        Assert.True(_bob.Node.WantsRestart);
        await _bob.StopAsync();
        await _bob.StartAsync(torControl: NoTor);
        Assert.Empty((await _bob.GetAsync("status")).GetProperty("listen").EnumerateArray());
    }
}
