using System.Net;
using System.Text.Json;
using Kith.Crypto;
using Kith.Messaging.Contacts;
using Kith.Transport;
using Kith.Transport.Tcp;

namespace Kith.Node.Tests.Nodes;

/// <summary>A node under <c>veiled</c>: what strangers and contacts find at its address, and what it tells.</summary>
public sealed class VeiledNodeTests
{
    [Fact]
    public async Task LinkNamesNoAddress_AndNobodyAtTheAddressProvesThePersonsKey()
    {
        await using var alice = new TestNode("Alice");
        await alice.StartAsync(privacy: "veiled");
        var link = await LinkOfAsync(alice);
        Assert.Empty(link.Addresses);
        var at = (await alice.GetAsync("status")).GetProperty("listen")[0].GetString();
        Assert.True(NodeAddress.TryParse(at, out var address));
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var caller = new TcpCarrier(new TransportIdentity(key, null, SystemRandom.Instance), TimeProvider.System);
        // A contact who tries the address with the key that they know.
        await Assert.ThrowsAsync<SessionException>(() => caller.ConnectAsync([address!], link.TransportKey));
        // A stranger meets a node, with another key each run.
        var first = await MeetAsync(caller, address!);
        Assert.NotEqual(link.TransportKey, first);
        await alice.StopAsync();
        await alice.StartAsync();
        Assert.True(NodeAddress.TryParse((await alice.GetAsync("status")).GetProperty("listen")[0].GetString(), out address));
        Assert.NotEqual(first, await MeetAsync(caller, address!));
        await alice.StopAsync();
        await alice.StartAsync(privacy: "open");
        Assert.True(NodeAddress.TryParse((await alice.GetAsync("status")).GetProperty("listen")[0].GetString(), out address));
        Assert.Equal(link.TransportKey, await MeetAsync(caller, address!));
        Assert.NotEmpty((await LinkOfAsync(alice)).Addresses);
    }

    [Fact]
    public async Task NobodyToForwardIsThere_TheMessageWaitsAndSaysWhy()
    {
        await using var alice = new TestNode("Alice");
        await alice.StartAsync(privacy: "veiled");
        await using var bob = await TestNode.CreateAsync("Bob");
        var link = (await bob.SendAsync(HttpMethod.Post, "links", new { uses = 1 })).GetProperty("link").GetString();
        await alice.SendAsync(HttpMethod.Post, "contacts", new { link, name = "Bob" });
        var sent = await alice.SendAsync(HttpMethod.Post, "contacts/Bob/messages", new { text = "hello", route = "forward", wait = "sent", timeout = 1_000 });
        Assert.Equal("waiting", sent.GetProperty("state").GetString());
        Assert.NotEqual(JsonValueKind.Null, sent.GetProperty("reason").ValueKind);
        Assert.Contains("veiled", await alice.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "contacts/Bob/messages", new { text = "x", route = "direct" }), StringComparison.Ordinal);
        Assert.Empty((await bob.GetAsync("contacts")).GetProperty("contacts").EnumerateArray());
    }

    [Fact]
    public async Task ForwardingForOthers_IsOnUntilItIsTurnedOff()
    {
        await using var alice = await TestNode.CreateAsync("Alice");
        Assert.True((await alice.GetAsync("settings")).GetProperty("forwarding").GetBoolean());
        Assert.False((await alice.SendAsync(HttpMethod.Patch, "settings", new { forwarding = false })).GetProperty("forwarding").GetBoolean());
        await alice.StopAsync();
        await alice.StartAsync();
        Assert.False((await alice.GetAsync("settings")).GetProperty("forwarding").GetBoolean());
    }

    [Fact]
    public async Task PathsAndCover_AreSettingsThatAreKept_AndRefusedOutsideTheirBounds()
    {
        await using var alice = await TestNode.CreateAsync("Alice");
        Assert.Equal((3, 20, 0, 0), Paths(await alice.GetAsync("settings")));
        Assert.Equal((5, 20, 0, 0), Paths(await alice.SendAsync(HttpMethod.Patch, "settings", new { forwarders = 5 })));
        Assert.Equal((5, 0, 60, 30), Paths(await alice.SendAsync(HttpMethod.Patch, "settings", new { hopDelay = 0, coverLoops = 60, coverDummies = 30 })));
        Assert.Contains("2 to 5", await alice.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Patch, "settings", new { forwarders = 6 }), StringComparison.Ordinal);
        Assert.Contains("600", await alice.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Patch, "settings", new { coverLoops = 601 }), StringComparison.Ordinal);
        await alice.StopAsync();
        await alice.StartAsync();
        Assert.Equal((5, 0, 60, 30), Paths(await alice.GetAsync("settings")));
    }

    private static (int Forwarders, int HopDelay, int CoverLoops, int CoverDummies) Paths(JsonElement settings) => (
        settings.GetProperty("forwarders").GetInt32(), settings.GetProperty("hopDelay").GetInt32(), settings.GetProperty("coverLoops").GetInt32(), settings.GetProperty("coverDummies").GetInt32());

    private static async Task<Link> LinkOfAsync(TestNode node)
    {
        Assert.True(Link.TryParse((await node.SendAsync(HttpMethod.Post, "links", new { uses = 1 })).GetProperty("link").GetString(), out var link, out _));
        return link;
    }

    private static async Task<X25519PublicKey> MeetAsync(TcpCarrier caller, NodeAddress at)
    {
        var session = await caller.ConnectAsync([at], null);
        var key = session.RemoteKey;
        await session.CloseAsync();
        return key;
    }
}
