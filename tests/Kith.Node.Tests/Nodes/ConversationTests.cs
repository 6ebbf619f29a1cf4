using System.Net;
using System.Text.Json;

namespace Kith.Node.Tests.Nodes;

/// <summary>Two real nodes over loopback, through the API.</summary>
public sealed class ConversationTests(PairFixture pair) : IClassFixture<PairFixture>
{
    [Fact]
    public async Task Message_IsDeliveredAndThereOnTheOtherSide()
    {
        var sent = await pair.Bob.SendAsync(HttpMethod.Post, "contacts/Alice/messages", new { text = "hello, Alice", wait = "delivered", timeout = 20000 });

        Assert.Equal("delivered", sent.GetProperty("state").GetString());
        Assert.Equal("direct", sent.GetProperty("route").GetString());
        var seen = (await pair.Alice.GetAsync("contacts/Bob/messages")).GetProperty("messages").EnumerateArray().Single(m => m.GetProperty("id").GetString() == sent.GetProperty("id").GetString());
        Assert.Equal("hello, Alice", seen.GetProperty("text").GetString());
        Assert.Equal("Bob", seen.GetProperty("from").GetString());
        Assert.Equal("received", seen.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Read_IsToldToTheWriter()
    {
        var sent = await pair.Alice.SendAsync(HttpMethod.Post, "contacts/Bob/messages", new { text = "seen?", wait = "delivered", timeout = 20000 });
        var id = sent.GetProperty("id").GetString();
        var read = pair.Alice.NextAsync(e => e.Type == "message" && e.ToJson()["message"]!["id"]!.GetValue<string>() == id && e.ToJson()["message"]!["state"]!.GetValue<string>() == "read");

        await pair.Bob.SendAsync(HttpMethod.Post, "contacts/Alice/read", new { upTo = id });

        Assert.NotNull(await read);
    }

    [Fact]
    public async Task EditReactDelete_ReachTheOtherSide()
    {
        var sent = await pair.Alice.SendAsync(HttpMethod.Post, "contacts/Bob/messages", new { text = "teh", wait = "delivered", timeout = 20000 });
        var id = sent.GetProperty("id").GetString();

        var edited = pair.Bob.NextAsync(e => IsMessage(e, id, m => m.GetProperty("text").GetString() == "the"));
        await pair.Alice.SendAsync(HttpMethod.Patch, $"contacts/Bob/messages/{id}", new { text = "the" });
        Assert.NotNull(await edited);

        var reacted = pair.Alice.NextAsync(e => IsMessage(e, id, m => m.GetProperty("reactions").GetArrayLength() == 1));
        await pair.Bob.SendAsync(HttpMethod.Put, $"contacts/Alice/messages/{id}/reaction", new { emoji = "👍" });
        Assert.NotNull(await reacted);

        var deleted = pair.Bob.NextAsync(e => IsMessage(e, id, m => m.GetProperty("deleted").GetBoolean()));
        await pair.Alice.SendAsync(HttpMethod.Delete, $"contacts/Bob/messages/{id}?for=everyone");
        Assert.NotNull(await deleted);
    }

    [Fact]
    public async Task Search_FindsAcrossSlices()
    {
        for (var i = 0; i < 5; i++)
            await pair.Alice.SendAsync(HttpMethod.Post, "contacts/Bob/messages", new { text = $"needle number {i}" });

        var found = (await pair.Alice.GetAsync("search?q=needle&limit=3")).GetProperty("messages");

        Assert.Equal(["needle number 4", "needle number 3", "needle number 2"], found.EnumerateArray().Select(m => m.GetProperty("text").GetString()));
        Assert.Empty((await pair.Alice.GetAsync("search?q=haystack")).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task SafetyNumber_IsTheSameOnBothSidesAndCanBeMarked()
    {
        var alice = (await pair.Alice.GetAsync("contacts/Bob/safety-number")).GetProperty("safetyNumber").GetString();
        var bob = (await pair.Bob.GetAsync("contacts/Alice/safety-number")).GetProperty("safetyNumber").GetString();
        Assert.Equal(alice, bob);
        Assert.Equal(60, alice!.Count(char.IsAsciiDigit));

        var verified = await pair.Alice.SendAsync(HttpMethod.Put, "contacts/Bob/verified", new { verified = true });
        Assert.True(verified.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task StatusPeersDoctor_SayWhatIs()
    {
        var status = await pair.Alice.GetAsync("status");
        Assert.Equal("Alice", status.GetProperty("name").GetString());
        Assert.InRange(status.GetProperty("peers").GetInt32(), 1, 2);
        Assert.StartsWith("127.0.0.1:", status.GetProperty("listen")[0].GetString());

        // In the overlay they become peers too, in their time.
        var sessions = (await pair.Alice.GetAsync("peers")).GetProperty("peers").EnumerateArray().Where(one => one.GetProperty("kind").GetString() == "session");
        Assert.Contains(sessions, static one => one.GetProperty("name").GetString() == "Bob" && one.GetProperty("direction").GetString() == "in");

        var checks = (await pair.Alice.GetAsync("doctor")).GetProperty("checks").EnumerateArray().ToDictionary(c => c.GetProperty("check").GetString()!, c => c.GetProperty("ok").GetBoolean());
        Assert.True(checks["contacts"]);
        Assert.True(checks["tor"]);
    }

    [Fact]
    public async Task Contacts_AreFoundByNameIdAndStartOfAnId()
    {
        var id = pair.Alice.Node.Account;
        foreach (var name in new[] { "Alice", id, id[..8] })
            Assert.Equal(id, (await pair.Bob.GetAsync("contacts/" + name)).GetProperty("contact").GetString());
        Assert.True((await pair.Bob.GetAsync("contacts/Alice")).GetProperty("online").GetBoolean());
    }

    [Theory]
    [InlineData("GET", "contacts/Mallory", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "contacts/Mallory/messages", null, HttpStatusCode.NotFound)]
    [InlineData("POST", "contacts/Mallory/messages", "{\"text\":\"x\"}", HttpStatusCode.NotFound)]
    [InlineData("POST", "contacts/Alice/messages", "{\"text\":\"\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "contacts/Alice/messages", "{\"text\":\"x\",\"wait\":\"received\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "contacts/Alice/messages", "{\"text\":\"x\",\"wait\":\"nonsense\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "contacts/Alice/messages", "{\"text\":\"x\",\"route\":\"pigeon\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "contacts/Alice/messages", "{\"text\":\"x\",\"timeout\":-1}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "contacts/Alice/messages", "{\"text\":\"x\",\"replyTo\":\"nothing\"}", HttpStatusCode.NotFound)]
    [InlineData("POST", "contacts/Alice/messages", "{}", HttpStatusCode.BadRequest)]
    [InlineData("GET", "contacts/Alice/messages?limit=0", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "contacts/Alice/messages?limit=201", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "contacts/Alice/messages?limit=x", null, HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "contacts/Alice/messages/aaaaaaaaaaaaaaaaaaaaaaaaaa", "{\"text\":\"x\"}", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "contacts/Alice/messages/x", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "search?q=", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "search", null, HttpStatusCode.BadRequest)]
    [InlineData("POST", "contacts", "{\"link\":\"kith:nonsense\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "contacts", "{\"link\":\"\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "links", "{\"uses\":-1}", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", "links/nothing", null, HttpStatusCode.NotFound)]
    [InlineData("PATCH", "settings", "{\"privacy\":\"hidden\"}", HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "settings", "{\"relay\":\"perhaps\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "export", "{\"passphrase\":\"\"}", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "passphrase", "{\"new\":\"\"}", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "passphrase", "{\"current\":\"wrong\",\"new\":\"x\"}", HttpStatusCode.BadRequest)]
    [InlineData("GET", "qr?text=", null, HttpStatusCode.BadRequest)]
    public async Task BadInput_IsRefusedInOneSentence(string method, string call, string? body, HttpStatusCode status)
    {
        using var request = body is null ? default : JsonDocument.Parse(body);
        var sentence = await pair.Bob.RefusedAsync(status, new HttpMethod(method), call, request?.RootElement);
        Assert.DoesNotContain('\n', sentence);
    }

    [Fact]
    public async Task TextOver64KiB_413()
        => await pair.Bob.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, HttpMethod.Post, "contacts/Alice/messages", new { text = new string('x', 65537) });

    [Fact]
    public async Task TextOf64KiB_IsDelivered()
    {
        var sent = await pair.Bob.SendAsync(HttpMethod.Post, "contacts/Alice/messages", new { text = new string('x', 65536), wait = "delivered", timeout = 20000 });
        Assert.Equal("delivered", sent.GetProperty("state").GetString());
    }

    [Fact]
    public async Task RefusedPatch_ChangesNothingAtAll()
    {
        await pair.Alice.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Patch, "contacts/Bob", new { muted = true, disappearAfter = -1 });
        Assert.False((await pair.Alice.GetAsync("contacts/Bob")).GetProperty("muted").GetBoolean());
    }

    [Fact]
    public async Task Events_GreetAndTell()
    {
        using var patience = new CancellationTokenSource(TestNode.Patience);
        using var stream = await pair.Alice.Client.GetStreamAsync("events", patience.Token);
        using var reader = new StreamReader(stream);
        Assert.Equal("event: hello", await reader.ReadLineAsync(patience.Token));
        var hello = await reader.ReadLineAsync(patience.Token);
        Assert.Contains(pair.Alice.Node.Account, hello);

        await pair.Bob.SendAsync(HttpMethod.Post, "contacts/Alice/messages", new { text = "an event" });

        string? line;
        do
            line = await reader.ReadLineAsync(patience.Token);
        while (line is not null && !line.Contains("an event", StringComparison.Ordinal));
        Assert.StartsWith("data: {\"message\":{", line);
    }

    [Fact]
    public async Task Qr_IsSvgOfTheText()
    {
        var svg = await pair.Alice.Client.GetStringAsync("qr?text=" + Uri.EscapeDataString("kith:hello"));
        Assert.StartsWith("<svg", svg);
    }

    private static bool IsMessage(NodeEvent happened, string? id, Func<JsonElement, bool> condition)
    {
        if (happened.Type != "message")
            return false;
        var message = JsonSerializer.SerializeToElement(happened.ToJson()["message"]);
        return message.GetProperty("id").GetString() == id && condition(message);
    }
}
