using System.Diagnostics;

namespace Kith.Scenarios.Tests;

/// <summary>Two machines on one local network, with no entry point and no way out of it: they hear each other by multicast, talk, move and go on talking.</summary>
public sealed class LocalNetworkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task NothingButTheLocalNetwork_TheyTalkMoveAndGoOn()
    {
        Assert.SkipWhen(LocalNetwork.Impossible is not null, LocalNetwork.Impossible ?? "");
        await using var network = await LocalNetwork.CreateAsync();
        var machines = (Alice: await network.AddMachineAsync("10.77.0.1/24"), Bob: await network.AddMachineAsync("10.77.0.2/24"));
        await using var alice = Home("Alice", machines.Alice);
        await using var bob = Home("Bob", machines.Bob);
        await alice.StartAsync();
        await bob.StartAsync();
        await Pair.WaitForAsync(async () => (await bob.RunAsync("--json", "doctor")).Output.Contains("heard on the local network", StringComparison.Ordinal), "Bob hears Alice");
        await Finding.MeetAsync(alice, bob);

        // Both get other addresses while they run: no session and no known address is any good.
        await Task.WhenAll(network.MoveAsync(machines.Alice, "10.77.0.11/24"), network.MoveAsync(machines.Bob, "10.77.0.12/24"));
        await TimedAsync("moved without a restart", () => Finding.SayAsync(bob, "Alice", "I am at .12 now"));
        await Finding.SayAsync(alice, "Bob", "and I at .11");

        // And again, with restarts and other ports.
        await Task.WhenAll(alice.StopAsync(), bob.StopAsync());
        await Task.WhenAll(network.MoveAsync(machines.Alice, "10.77.0.21/24"), network.MoveAsync(machines.Bob, "10.77.0.22/24"));
        (alice.ListenPort, bob.ListenPort) = (FreePorts.Next(), FreePorts.Next());
        await Task.WhenAll(alice.StartAsync(), bob.StartAsync());
        await TimedAsync("moved with a restart", () => Finding.SayAsync(bob, "Alice", "and now at .22"));
        var found = await bob.RunAsync("--json", "lookup", "Alice");
        Assert.Contains(found.Json.GetProperty("addresses").EnumerateArray(), address => address.GetString() == $"10.77.0.21:{alice.ListenPort}");
    }

    [Fact]
    public async Task OneMovesWhileTheOtherIsAway_TheyMeetAgain()
    {
        Assert.SkipWhen(LocalNetwork.Impossible is not null, LocalNetwork.Impossible ?? "");
        await using var network = await LocalNetwork.CreateAsync();
        var machines = (Alice: await network.AddMachineAsync("10.78.0.1/24"), Bob: await network.AddMachineAsync("10.78.0.2/24"));
        await using var alice = Home("Alice", machines.Alice);
        await using var bob = Home("Bob", machines.Bob);
        await alice.StartAsync();
        await bob.StartAsync();
        await Finding.MeetAsync(alice, bob);

        await bob.StopAsync();
        await network.MoveAsync(machines.Alice, "10.78.0.11/24");
        await bob.StartAsync();
        await TimedAsync("Alice moved while Bob was away", () => Finding.SayAsync(bob, "Alice", "there you are"));
    }

    private static KithHome Home(string name, string network) => new(name, network: network) { ListenHost = "0.0.0.0", NetworkFlags = ["--no-mainline"] };

    private async Task TimedAsync(string what, Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        output.WriteLine($"{what}: delivered after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }
}
