namespace Kith.Node.Tests.Nodes;

/// <summary>Alice and Bob, who know each other.</summary>
public sealed class PairFixture : IAsyncLifetime
{
    public TestNode Alice { get; private set; } = null!;

    public TestNode Bob { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Alice = await TestNode.CreateAsync("Alice");
        Bob = await TestNode.CreateAsync("Bob");
        var link = (await Alice.SendAsync(HttpMethod.Post, "links", new { })).GetProperty("link").GetString();
        var added = await Bob.SendAsync(HttpMethod.Post, "contacts", new { link, timeout = 20000 });
        Assert.Equal("connected", added.GetProperty("state").GetString());
        Assert.Equal("Alice", added.GetProperty("name").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }
}
