using System.Net;
using System.Text.Json;

namespace Kith.Node.Tests.Nodes;

/// <summary>The overlay through the API of two nodes who know each other: each is the other's way in.</summary>
public sealed class OverlayTests(PairFixture pair) : IClassFixture<PairFixture>
{
    [Fact]
    public async Task Network_ShowsWhoIsThere()
    {
        await UntilAsync(async () => (await NetworkAsync(pair.Alice)).GetProperty("peers").GetArrayLength() > 0);
        // Where both called at once there are two sessions, until one of them gives way.
        await UntilAsync(async () => SessionsWith("Bob", await NetworkAsync(pair.Alice)).Count == 1);
        var network = await NetworkAsync(pair.Alice);
        var session = Assert.Single(SessionsWith("Bob", network));
        // Over UDP as a rule; on a loaded machine TCP may win the race.
        Assert.True(session.GetProperty("carrier").GetString() is "udp" or "tcp");
        Assert.True(network.GetProperty("dht").GetProperty("nodes").GetInt32() > 0);
        Assert.True(network.GetProperty("traffic").GetProperty("in").GetInt64() > 0);

        // Whoever came first needed the other's address as a way in; the other had a peer by then.
        var entries = (await NetworkAsync(pair.Bob)).GetProperty("entries").EnumerateArray().Concat(network.GetProperty("entries").EnumerateArray());
        Assert.All(entries, entry => Assert.Equal("contact", entry.GetProperty("source").GetString()));
        Assert.NotEmpty(entries);
        Assert.Empty(network.GetProperty("problems").EnumerateArray());
        var counts = network.GetProperty("counts");
        Assert.Equal(network.GetProperty("peers").GetArrayLength(), counts.GetProperty("incoming").GetInt32() + counts.GetProperty("outgoing").GetInt32());

        var peers = (await pair.Alice.GetAsync("peers")).GetProperty("peers");
        Assert.Equal(["overlay", "session"], peers.EnumerateArray().Select(peer => peer.GetProperty("kind").GetString()).Distinct().Order());
    }

    [Fact]
    public async Task Lookup_GivesWhereTheContactListens()
    {
        var listens = (await pair.Alice.GetAsync("status")).GetProperty("listen")[0].GetString();
        JsonElement? found = null;
        await UntilAsync(async () =>
        {
            using var answer = await pair.Bob.Client.PostAsync("contacts/Alice/lookup", null);
            if (answer.StatusCode != HttpStatusCode.OK)
                return false;
            found = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            return true;
        });
        Assert.Equal(listens, found!.Value.GetProperty("addresses")[0].GetString());
        Assert.Equal(pair.Alice.Node.Account, found.Value.GetProperty("contact").GetString());
    }

    [Fact]
    public async Task UnknownContact_IsNotFound()
    {
        await pair.Bob.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "contacts/Nobody/lookup");
        await pair.Bob.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "find-secrets", new { contacts = new[] { "Alice", "Nobody" } });
    }

    [Fact]
    public async Task NewFindSecrets_NameWhoHasThemAndWhoNot()
    {
        var issued = await pair.Bob.SendAsync(HttpMethod.Post, "find-secrets", new { contacts = new[] { "Alice" } });
        Assert.Equal(pair.Alice.Node.Account, Assert.Single(issued.GetProperty("issued").EnumerateArray()).GetString());
        Assert.Empty(issued.GetProperty("withheld").EnumerateArray());
    }

    [Fact]
    public async Task NetworkEvent_TellsAChange()
    {
        var told = pair.Alice.NextAsync(e => e is NodeEvent.NetworkChanged);
        await using var carol = await TestNode.CreateAsync("Carol");
        var link = (await pair.Alice.SendAsync(HttpMethod.Post, "links", new { uses = 1 })).GetProperty("link").GetString();
        await carol.SendAsync(HttpMethod.Post, "contacts", new { link, timeout = 20_000 });
        var happened = Assert.IsType<NodeEvent.NetworkChanged>(await told);
        Assert.Equal("network", happened.Type);
        Assert.NotNull(happened.ToJson()["sessions"]);
    }

    private static List<JsonElement> SessionsWith(string name, JsonElement network) =>
        [.. network.GetProperty("sessions").EnumerateArray().Where(one => one.GetProperty("name").GetString() == name)];

    private static Task<JsonElement> NetworkAsync(TestNode node) => node.GetAsync("network");

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TestNode.Patience);
        while (!await condition())
            await Task.Delay(20, patience.Token);
    }
}
