using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Kith.Node.Tests.Nodes;

/// <summary>How a node starts, refuses to start, stops and comes back.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task HomeInUse_IsRefusedAndDisturbsNothing()
    {
        await using var alice = await TestNode.CreateAsync("Alice");
        var refused = await Assert.ThrowsAsync<NodeStartException>(() => KithNode.StartAsync(new NodeOptions { Home = alice.Home, Listen = ["127.0.0.1:0"], Network = TestNode.Quiet }));
        Assert.Contains(alice.Home, refused.Message);
        Assert.Equal("Alice", (await alice.GetAsync("status")).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("example.org:1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData(":1")]
    [InlineData("")]
    public async Task BadListenAddress_IsRefused(string listen)
        => await RefusedAsync(options => options with { Listen = [listen] });

    [Fact]
    public async Task ForeignListenAddress_IsRefused() => await RefusedAsync(options => options with { Listen = ["192.0.2.1:0"] });

    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("192.0.2.1:0")]
    [InlineData("nonsense")]
    public async Task ApiBeyondLoopback_IsRefused(string api) => await RefusedAsync(options => options with { Api = api });

    [Fact]
    public async Task PortsInUse_AreRefusedAndLeaveTheHomeFree()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = taken.LocalEndpoint.ToString()!;
        var home = Directory.CreateTempSubdirectory("kith-node-test-").FullName;
        try
        {
            Assert.Contains(address, (await RefusedAsync(options => options with { Home = home, Listen = [address] })).Message);
            Assert.Contains(address, (await RefusedAsync(options => options with { Home = home, Api = address })).Message);
            Assert.False(File.Exists(Path.Combine(home, "node.json")));
            await using var node = await KithNode.StartAsync(new NodeOptions { Home = home, Listen = ["127.0.0.1:0"], Network = TestNode.Quiet });
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task Passphrase_IsNeededAndChecked()
    {
        await using var alice = new TestNode("Alice");
        await alice.StartAsync("right");
        Assert.True((await alice.GetAsync("status")).GetProperty("passphrase").GetBoolean());
        await alice.StopAsync();

        var wrong = await Assert.ThrowsAsync<NodeStartException>(() => alice.StartAsync("wrong"));
        Assert.True(wrong.NeedsPassphrase);
        var missing = await Assert.ThrowsAsync<NodeStartException>(() => alice.StartAsync());
        Assert.True(missing.NeedsPassphrase);

        await alice.StartAsync("right");
        await alice.SendAsync(HttpMethod.Put, "passphrase", new { current = "right", @new = (string?)null });
        Assert.False((await alice.GetAsync("status")).GetProperty("passphrase").GetBoolean());
        await alice.StopAsync();
        await alice.StartAsync();
    }

    [Fact]
    public async Task Stopping_IsQuickAndLeavesNoRunningFile()
    {
        await using var alice = await TestNode.CreateAsync("Alice");
        using var stream = await alice.Client.GetStreamAsync("events");
        var running = Path.Combine(alice.Home, "node.json");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(running));

        var begun = Stopwatch.GetTimestamp();
        await alice.SendAsync(HttpMethod.Post, "shutdown");
        await alice.Node.Stopped.WaitAsync(TestNode.Patience);
        await alice.StopAsync();

        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(20));
        Assert.False(File.Exists(running));
        await Assert.ThrowsAsync<NodeStoppedException>(() => alice.Node.QueryAsync(m => m.Settings));
        await alice.StartAsync();
    }

    [Fact]
    public async Task ComingBack_KeepsAccountPageSessionAndApiPort()
    {
        await using var alice = await TestNode.CreateAsync("Alice");
        var (account, api) = (alice.Node.Account, alice.Node.ApiAddress);
        using var page = new HttpClient { BaseAddress = new Uri(api + "/api/v1/") };
        var key = alice.Node.NewPageAddress().Split("#k=")[1];
        using var session = await page.PostAsJsonAsync("session", new { key });
        Assert.Equal(HttpStatusCode.OK, session.StatusCode);
        await alice.StopAsync();

        await alice.StartAsync();

        Assert.Equal(account, alice.Node.Account);
        Assert.Equal(api, alice.Node.ApiAddress);
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("status")).StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task PeerAway_MessageWaitsAndIsDeliveredWhenItComesBack()
    {
        var pair = new PairFixture();
        await pair.InitializeAsync();
        try
        {
            await pair.Bob.StopAsync();
            var waiting = await pair.Alice.SendAsync(HttpMethod.Post, "contacts/Bob/messages", new { text = "are you there?", wait = "delivered", timeout = 100 });
            Assert.Contains(waiting.GetProperty("state").GetString(), new[] { "waiting", "sent" });
            // What Alice has to say of herself may wait beside it.
            Assert.InRange((await pair.Alice.GetAsync("status")).GetProperty("outbox").GetInt32(), 1, 2);
            var id = waiting.GetProperty("id").GetString();
            var delivered = pair.Alice.NextAsync(e => e.Type == "message"
                && e.ToJson()["message"]!["id"]!.GetValue<string>() == id && e.ToJson()["message"]!["state"]!.GetValue<string>() == "delivered");

            await pair.Bob.StartAsync();

            Assert.NotNull(await delivered);
            // What waited beside it has a receipt of its own.
            while ((await pair.Alice.GetAsync("status")).GetProperty("outbox").GetInt32() != 0)
                await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        finally
        {
            await pair.DisposeAsync();
        }
    }

    [Fact]
    public async Task Export_CanBeImportedIntoANewHome()
    {
        await using var alice = await TestNode.CreateAsync("Alice");
        var account = alice.Node.Account;
        var folder = Directory.CreateTempSubdirectory("kith-node-test-").FullName;
        try
        {
            var file = Path.Combine(folder, "export.kith");
            using (var answer = await alice.Client.PostAsJsonAsync("export", new { passphrase = "travel" }))
                await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync());
            var home = Path.Combine(folder, "home");
            await Assert.ThrowsAsync<NodeStartException>(() => HomeImport.RunAsync(file, "wrong", home));
            await Assert.ThrowsAsync<NodeStartException>(() => HomeImport.RunAsync(file + ".none", "travel", home));

            await HomeImport.RunAsync(file, "travel", home);

            await using var moved = await KithNode.StartAsync(new NodeOptions { Home = home, Listen = ["127.0.0.1:0"], Network = TestNode.Quiet });
            Assert.Equal(account, moved.Account);
            Assert.Empty(Directory.GetFiles(alice.Home, "export-*"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Name_CanBeGivenAtALaterStart()
    {
        await using var alice = await TestNode.CreateAsync("Alice");
        await alice.StopAsync();
        await using (var renamed = await KithNode.StartAsync(new NodeOptions { Home = alice.Home, Name = "Alicia", Listen = ["127.0.0.1:0"], Network = TestNode.Quiet }))
            Assert.Equal("Alicia", (await renamed.StatusAsync()).Name);
        await alice.StartAsync();
    }

    [Fact]
    public async Task ImpossibleName_IsRefused() => await RefusedAsync(options => options with { Name = new string('x', 1000) });

    private static async Task<NodeStartException> RefusedAsync(Func<NodeOptions, NodeOptions> change)
    {
        var home = Path.Combine(Path.GetTempPath(), "kith-node-test-" + Path.GetRandomFileName());
        try
        {
            var refused = await Assert.ThrowsAsync<NodeStartException>(() => KithNode.StartAsync(change(new NodeOptions { Home = home, Listen = ["127.0.0.1:0"], Network = TestNode.Quiet })));
            Assert.DoesNotContain('\n', refused.Message);
            return refused;
        }
        finally
        {
            if (Directory.Exists(home))
                Directory.Delete(home, recursive: true);
        }
    }
}
