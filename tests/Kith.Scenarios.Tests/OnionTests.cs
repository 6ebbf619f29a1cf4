using System.Diagnostics;
using System.Text.RegularExpressions;
using Kith.Transport.Tests.Tor;

namespace Kith.Scenarios.Tests;

/// <summary>Two people who are to be found nowhere, one who is veiled and one who is open, each on a machine of their own, and a private Tor network on another: what leaves the machines of the two while they talk.</summary>
public sealed partial class OnionTests(ITestOutputHelper output)
{
    private const string Prefix = "10.79.0";

    // Everything that leaves the machine, but ICMPv6, by which the kernel itself makes its own addresses known. The ports are those of the network's relays (scripts/tor-net).
    private const string Watch = """
        table inet watch {
          counter tor {}
          counter other {}
          chain out {
            type filter hook output priority 0;
            oifname "lo" accept
            meta l4proto icmpv6 accept
            ip daddr 10.79.0.0/26 tcp dport 26101-26102 counter name tor accept
            counter name other
          }
        }
        """;

    // Whatever comes from or goes to the two, in either direction, at the machines of those who may be found.
    private const string WatchOthers = """
        table inet watch {
          counter hidden {}
          chain in {
            type filter hook input priority 0;
            ip saddr { 10.79.0.201, 10.79.0.202 } counter name hidden
          }
          chain out {
            type filter hook output priority 0;
            ip daddr { 10.79.0.201, 10.79.0.202 } counter name hidden
          }
        }
        """;

    private const int Patience = 120;

    private static readonly TimeSpan Use = TimeSpan.FromSeconds(Checkout.Full ? 600 : 20);

    [Fact]
    [Trait("run", "clock")]
    public async Task PrivacyOnion_NotOnePacketGoesAnotherWay()
    {
        Assert.SkipWhen(LocalNetwork.Impossible is not null, LocalNetwork.Impossible ?? "");
        await using var network = await LocalNetwork.CreateAsync();
        var relays = await network.AddMachineAsync($"{Prefix}.100/24");
        for (var i = 1; i <= TorNetwork.Relays; i++)
            await CommandAsync("", "ip", "-n", relays, "addr", "add", $"{Prefix}.{i}/24", "dev", "eth0");
        var machines = (Alice: await network.AddMachineAsync($"{Prefix}.201/24"), Bob: await network.AddMachineAsync($"{Prefix}.202/24"));
        var others = (Olga: await network.AddMachineAsync($"{Prefix}.203/24"), Vera: await network.AddMachineAsync($"{Prefix}.204/24"));
        foreach (var machine in (string[])[others.Olga, others.Vera])
            await CommandAsync(WatchOthers, "ip", "netns", "exec", machine, "nft", "-f", "-");
        foreach (var machine in (string[])[machines.Alice, machines.Bob])
        {
            // Whatever goes somewhere else would have a way.
            await CommandAsync("", "ip", "-n", machine, "route", "add", "default", "via", $"{Prefix}.100");
            await CommandAsync(Watch, "ip", "netns", "exec", machine, "nft", "-f", "-");
        }

        await using var tor = await TorNetwork.StartInAsync(relays, Prefix);
        // With all that looks for others on the network and the internet left on: the privacy setting alone turns it off.
        await using var alice = new KithHome("Alice", network: machines.Alice) { ListenHost = "0.0.0.0", NetworkFlags = ["--privacy", "onion", "--tor-lines", tor.ClientFile] };
        await using var bob = new KithHome("Bob", network: machines.Bob) { ListenHost = "0.0.0.0", NetworkFlags = alice.NetworkFlags };
        await using var olga = new KithHome("Olga", network: others.Olga) { ListenHost = "0.0.0.0", NetworkFlags = ["--privacy", "open", "--tor-lines", tor.ClientFile] };
        await using var vera = new KithHome("Vera", network: others.Vera) { ListenHost = "0.0.0.0", NetworkFlags = ["--privacy", "veiled", "--tor-lines", tor.ClientFile] };
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(alice.StartAsync(), bob.StartAsync(), olga.StartAsync(), vera.StartAsync());
        foreach (var home in (KithHome[])[alice, bob])
            await Pair.WaitForAsync(async () => (await home.RunAsync("--json", "status")).Json.GetProperty("tor").GetProperty("published").GetBoolean(), "its onion service is published", 240);
        output.WriteLine($"both onion services published after {Stopwatch.GetElapsedTime(started)}");
        await Finding.MeetAsync(alice, bob);
        // Theirs is a Tor that has to start first.
        await Task.WhenAll(Finding.MeetAsync(alice, olga, Patience), Finding.MeetAsync(alice, vera, Patience));
        output.WriteLine($"all know each other after {Stopwatch.GetElapsedTime(started)}");

        var count = 0;
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Use; count++)
        {
            foreach (var (home, name) in ((KithHome, string)[])[(bob, "Bob"), (olga, "Olga"), (vera, "Vera")])
            {
                await Finding.SayAsync(alice, name, $"from Alice {count}");
                await Finding.SayAsync(home, "Alice", $"from {name} {count}");
            }
        }

        foreach (var (home, contact) in ((KithHome, string)[])[(alice, "Bob"), (bob, "Alice"), (alice, "Olga"), (olga, "Alice"), (alice, "Vera"), (vera, "Alice")])
        {
            var read = (await home.RunAsync("--json", "read", contact)).Lines;
            Assert.Equal((2 * count) + 1, read.Count);
            Assert.Equal(read.Count, read.Select(line => line.GetProperty("text").GetString()).Distinct().Count());
            Assert.All(read, line => Assert.Equal("onion", line.GetProperty("route").GetString()));
        }

        // The others' machines never had to do with theirs.
        foreach (var machine in (string[])[others.Olga, others.Vera])
        {
            var met = await PacketsAsync(machine, "hidden");
            output.WriteLine($"{machine}: {met} packets from or to the two");
            Assert.Equal(0, met);
        }

        foreach (var machine in (string[])[machines.Alice, machines.Bob])
        {
            var (throughTor, other) = (await PacketsAsync(machine, "tor"), await PacketsAsync(machine, "other"));
            output.WriteLine($"{machine}: {2 * count} messages with each, {throughTor} packets to Tor, {other} others");
            Assert.True(throughTor > 0);
            Assert.Equal(0, other);
            // And it would have been seen.
            await CommandAsync("", "ip", "netns", "exec", machine, "bash", "-c", "echo x >/dev/udp/192.0.2.1/9");
            Assert.Equal(1, await PacketsAsync(machine, "other"));
        }

        // There too; the answer, that nobody is at the port, is one more.
        foreach (var machine in (string[])[others.Olga, others.Vera])
        {
            await CommandAsync("", "ip", "netns", "exec", machine, "bash", "-c", $"echo x >/dev/udp/{Prefix}.201/9");
            Assert.True(await PacketsAsync(machine, "hidden") > 0);
        }
    }

    private static async Task<long> PacketsAsync(string machine, string counter) =>
        long.Parse(Packets().Match(await CommandAsync("", "ip", "netns", "exec", machine, "nft", "list", "counter", "inet", "watch", counter)).Groups["count"].Value);

    private static async Task<string> CommandAsync(string input, params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var said = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {error}");
        return await said;
    }

    [GeneratedRegex(@"packets (?<count>[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Packets();
}
