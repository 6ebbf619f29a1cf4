using Kith.Transport.Tor;

namespace Kith.Transport.Tests.Tor;

/// <summary>Debian's tor in a private Tor network with a bridge (scripts/tor-net): who has set a bridge comes in by it, and by nothing else.</summary>
[Collection(OneTorNetwork.Name)]
public sealed class BridgeTests(OnionTests.World world)
{
    private const int Patience = 240_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience)]
    [InlineData(null)]
    [InlineData("identity")]
    public async Task BridgeThatIsSet_IsTheOnlyWayIn(string? transport)
    {
        var line = await world.Network.AddBridgeAsync(Stop);
        var program = Program();
        Assert.SkipUnless(transport is null || File.Exists("/usr/bin/python3"), "the transport of this test is a script of Python's");
        await using var peer = new TorPeer(world.Network.ClientLines, options => options with
        {
            Bridges = [transport is null ? line : $"{transport} {line}"],
            Transports = transport is null ? options.Transports : new Dictionary<string, string>(StringComparer.Ordinal) { [transport] = program },
        });
        peer.Tor.Start();
        await peer.Tor.WaitReadyAsync(Stop);
        // A whole conversation goes by it.
        var session = await peer.Carrier.ConnectAsync([world.Bob.Service!.Address], world.Bob.Key.PublicKey, Stop);
        await using var there = await world.Bob.Listener!.Sessions.ReadAsync(Stop);
        await session.DisposeAsync();
        await using var control = await peer.OpenControlAsync(Stop);
        var connections = await control.DoAsync("GETINFO orconn-status", Stop);
        Assert.Equal($"orconn-status=${line.Split(' ')[1]}~bridge CONNECTED", Assert.Single(connections.Lines, word => word != "OK"));
        if (transport is not null)
            Assert.All(await File.ReadAllLinesAsync(Path.Combine(peer.DataDirectory, "pt_state", "connections"), Stop), went => Assert.Equal(line.Split(' ')[0], went));
    }

    [Fact(Timeout = Patience)]
    public async Task BridgeThatIsNotThere_IsSaid_AndNothingGoesPastIt()
    {
        await using var peer = new TorPeer(world.Network.ClientLines, options => options with { Bridges = ["127.0.0.1:1 0123456789ABCDEF0123456789ABCDEF01234567"] });
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        peer.Tor.StateChanged += () =>
        {
            if (peer.Tor.State is { Problem: not null })
                said.TrySetResult();
        };
        peer.Tor.Start();
        await said.Task.WaitAsync(Stop);
        Assert.False(peer.Tor.State.IsReady);
        await using var control = await peer.OpenControlAsync(Stop);
        var connections = await control.DoAsync("GETINFO orconn-status", Stop);
        Assert.DoesNotContain(connections.Lines, word => word.Contains("CONNECTED", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task BridgeSetWhileTorRuns_IsWhatItGoesByFromThenOn()
    {
        var line = await world.Network.AddBridgeAsync(Stop);
        await using var peer = new TorPeer(world.Network.ClientLines, options => options with { Bridges = ["127.0.0.1:1 0123456789ABCDEF0123456789ABCDEF01234567"] });
        var first = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        peer.Tor.StateChanged += () =>
        {
            if (peer.Tor is { State.Problem: not null, ProcessId: { } id })
                first.TrySetResult(id);
        };
        peer.Tor.Start();
        var before = await first.Task.WaitAsync(Stop);
        peer.Tor.SetBridges([line]);
        await peer.Tor.WaitReadyAsync(Stop);
        Assert.NotEqual(before, peer.Tor.ProcessId);
        await using var control = await peer.OpenControlAsync(Stop);
        var connections = await control.DoAsync("GETINFO orconn-status", Stop);
        Assert.Equal($"orconn-status=${line.Split(' ')[1]}~bridge CONNECTED", Assert.Single(connections.Lines, word => word != "OK"));
    }

    [Fact(Timeout = Patience)]
    public async Task BridgeThatCannotBeUsed_SetWhileTorRuns_EndsTor_AndNothingGoesPastIt()
    {
        var line = await world.Network.AddBridgeAsync(Stop);
        await using var peer = new TorPeer(world.Network.ClientLines, options => options with { Bridges = [line] });
        peer.Tor.Start();
        await peer.Tor.WaitReadyAsync(Stop);
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        peer.Tor.StateChanged += () =>
        {
            if (peer.Tor.State.Problem?.Contains("is not installed", StringComparison.Ordinal) == true)
                said.TrySetResult();
        };
        peer.Tor.SetBridges([$"nothing {line}"]);
        await said.Task.WaitAsync(Stop);
        Assert.Null(peer.Tor.ProcessId);
        Assert.Null(peer.Tor.Socks);
        Assert.False(peer.Tor.State.IsReady);
        // And back: what it was told it is told again.
        peer.Tor.SetBridges([line]);
        await peer.Tor.WaitReadyAsync(Stop);
        Assert.NotNull(peer.Tor.ProcessId);
    }

    private static string Program()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var script = Path.Combine(folder, "tests", "Kith.Transport.Tests", "Tor", "identity-transport");
            if (File.Exists(script))
                return script;
        }

        throw new InvalidOperationException("the transport of this test is not above this program");
    }
}
