using System.Net.Http.Json;
using System.Text.Json;
using Kith.Storage;
using Kith.Storage.Export;

namespace Kith.Node.Tests.Nodes;

/// <summary>Exports of whole nodes and the homes that are made of them: who had bridges goes by them elsewhere too, or not at all.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Entry = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";

    // No such transport is anywhere.
    private const string Bridge = "nothing 127.0.0.1:1";

    private readonly string _folder = Directory.CreateTempSubdirectory("kith-import-test-").FullName;

    private string Home => Path.Combine(_folder, "home");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task UnderOnion_BridgesComeAlong_AndWithoutTheirProgramTorIsNotStarted()
    {
        await using var alice = new TestNode("Alice");
        // Nobody runs it: Tor is asked nothing before its bridges can be used.
        await alice.StartAsync(privacy: "onion", network: TestNode.Quiet with { TorProgram = "/bin/true", TorBridges = [Bridge], Entries = [Entry] });
        var ways = await HomeImport.RunAsync(await ExportAsync(alice), "travel", Home);
        Assert.Equal((1, 1, false, null), (ways!.Bridges, ways.Entries, ways.UsesControlPort, ways.LinesFile));
        Assert.Equal(["nothing"], ways.MissingTransports);
        await alice.StopAsync();

        await using var moved = new TestNode("Alice", Home);
        await moved.StartAsync();
        var status = await moved.GetAsync("status");
        Assert.Equal("onion", status.GetProperty("privacy").GetString());
        var lines = await moved.GetAsync("tor-ways");
        Assert.Equal([Bridge], lines.GetProperty("bridges").EnumerateArray().Select(static line => line.GetString()!));
        Assert.Equal([Entry], lines.GetProperty("entries").EnumerateArray().Select(static line => line.GetString()!));
        JsonElement tor;
        while ((tor = (await moved.GetAsync("status")).GetProperty("tor")).GetProperty("phase").GetString() is not ("failed" or "missing"))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(Path.Combine(Home, "tor")));
        await alice.StartAsync();
    }

    [Fact]
    public async Task FurtherLinesOfATorrc_StayBehind_AndTheNewHomeDoesNotStartWithout()
    {
        await using var alice = new TestNode("Alice");
        var lines = Path.Combine(_folder, "lines");
        await File.WriteAllTextAsync(lines, "SafeLogging 1\n");
        await alice.StartAsync(network: TestNode.Quiet with { TorLinesFile = lines });
        var ways = await HomeImport.RunAsync(await ExportAsync(alice), "travel", Home);
        Assert.Equal(Path.Combine(Home, "torrc-lines"), ways!.LinesFile);
        var options = new NodeOptions { Home = Home, Listen = ["127.0.0.1:0"], Network = TestNode.Quiet };
        Assert.Contains(ways.LinesFile!, (await Assert.ThrowsAsync<NodeStartException>(() => KithNode.StartAsync(options))).Message, StringComparison.Ordinal);
        File.Copy(lines, ways.LinesFile!);
        await using var moved = await KithNode.StartAsync(options);
    }

    [Fact]
    public async Task ExportOfTheFirstVersion_IsTaken_AndSaysThatItHasNoBridges()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Nodes", "Exports", "version1.kith");
        Assert.Null(await HomeImport.RunAsync(file, "an old passphrase", Home));
        await using var moved = await KithNode.StartAsync(new NodeOptions { Home = Home, Listen = ["127.0.0.1:0"], Network = TestNode.Quiet });
        Assert.Equal("Ada", (await moved.StatusAsync()).Name);
    }

    [Fact]
    public async Task WaysThatCannotBeRead_EndTheImport_AndNothingIsThere()
    {
        var source = Path.Combine(_folder, "source");
        var file = Path.Combine(_folder, "hostile.kith");
        using (var vault = Vault.Open(new VaultOptions { Home = source }))
        using (var export = File.Create(file))
            VaultExport.Write(vault, "travel", export, [0, 1, 2, 3]);
        var refused = await Assert.ThrowsAsync<NodeStartException>(() => HomeImport.RunAsync(file, "travel", Home));
        Assert.Equal("The bridges, or the other ways into Tor's network, that are in this export cannot be read: nothing was restored.", refused.Message);
        Assert.Equal([file, source], Directory.GetFileSystemEntries(_folder).Order());
    }

    private async Task<string> ExportAsync(TestNode node)
    {
        var file = Path.Combine(_folder, "export.kith");
        using var answer = await node.Client.PostAsJsonAsync("export", new { passphrase = "travel" });
        await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync());
        return file;
    }
}
