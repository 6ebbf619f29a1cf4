using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Kith.Node.Tests.Nodes;

/// <summary>A real node in this process: a temporary home, loopback ports that the system gives, and a client with the home's token.</summary>
public sealed class TestNode : IAsyncDisposable
{
    /// <summary>The longest that a test waits for something that must happen.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    /// <summary>Hears and asks nobody but those whom the test names: tests run side by side on one machine.</summary>
    public static readonly NetworkOptions Quiet = new() { LocalNetwork = false, Mainline = false };

    private readonly string _name;

    public TestNode(string name, string? home = null)
    {
        _name = name;
        Home = home ?? Directory.CreateTempSubdirectory("kith-node-test-").FullName;
    }

    public string Home { get; }

    public KithNode Node { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public StringWriter Log { get; } = new();

    public static async Task<TestNode> CreateAsync(string name)
    {
        var node = new TestNode(name);
        await node.StartAsync();
        return node;
    }

    public async Task StartAsync(string? passphrase = null, string? privacy = null, string? torControl = null, bool? torEntry = null, NetworkOptions? network = null)
    {
        Node = await KithNode.StartAsync(new NodeOptions { Home = Home, Name = _name, Passphrase = passphrase, Listen = ["127.0.0.1:0"], Privacy = privacy, Network = network ?? Quiet with { TorControl = torControl, TorEntry = torEntry }, Log = Log });
        using var running = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Home, "node.json")));
        Assert.Equal(Node.ApiAddress, running.RootElement.GetProperty("api").GetString());
        Client = new HttpClient { BaseAddress = new Uri(Node.ApiAddress + "/api/v1/") };
        Client.DefaultRequestHeaders.Add("Authorization", "Bearer " + running.RootElement.GetProperty("token").GetString());
    }

    public async Task StopAsync()
    {
        Client.Dispose();
        await Node.DisposeAsync();
    }

    public async Task<JsonElement> GetAsync(string call) => await ReadAsync(await Client.GetAsync(call));

    public async Task<JsonElement> SendAsync(HttpMethod method, string call, object? body = null)
    {
        using var request = new HttpRequestMessage(method, call) { Content = body is null ? null : JsonContent.Create(body) };
        return await ReadAsync(await Client.SendAsync(request));
    }

    /// <summary>Makes a call that must be refused, and gives its sentence.</summary>
    public async Task<string> RefusedAsync(HttpStatusCode status, HttpMethod method, string call, object? body = null)
    {
        using var request = new HttpRequestMessage(method, call) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(text);
        var detail = problem.RootElement.GetProperty("detail").GetString()!;
        Assert.NotEmpty(detail);
        return detail;
    }

    /// <summary>Waits for an event; armed by the caller before what causes it.</summary>
    public Task<NodeEvent?> NextAsync(Func<NodeEvent, bool> wanted) => Node.Events.FirstAsync(wanted, Patience, TimeProvider.System, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Home, recursive: true);
        Assert.Equal("", Log.ToString());
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
    }
}
