using System.Diagnostics;
using System.Globalization;

namespace Kith.Overlay.Tests.Entry.Namespaces;

/// <summary>
/// Machines on one switch, as network namespaces: each has an interface <c>eth0</c> and loopback, and no way to anywhere else. Made and removed by the test that uses them.
/// </summary>
internal sealed class NetworkNamespaces : IAsyncDisposable
{
    private static int _made;

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"kith-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");
    private readonly List<string> _namespaces = [];

    private NetworkNamespaces()
    {
    }

    private string Switch => $"{_prefix}-sw";

    /// <param name="machines">How many.</param>
    public static async Task<NetworkNamespaces> CreateAsync(int machines)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "network namespaces need Linux and root");
        var network = new NetworkNamespaces();
        try
        {
            var first = await TryAsync("netns", "add", network.Switch);
            Assert.SkipWhen(first is not null, $"this machine makes no network namespaces: {first}");
            network._namespaces.Add(network.Switch);
            await RunAsync("-n", network.Switch, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
            await RunAsync("-n", network.Switch, "link", "set", "br0", "up");
            for (var machine = 0; machine < machines; machine++)
                await network.AddAsync(machine);
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }

        return network;
    }

    /// <summary>The name of a machine's namespace.</summary>
    public string this[int machine] => string.Create(CultureInfo.InvariantCulture, $"{_prefix}-{machine}");

    /// <summary>Gives a machine an address and switches its interface on.</summary>
    public async Task ConnectAsync(int machine, string address)
    {
        string[] quickly = address.Contains(':', StringComparison.Ordinal) ? ["nodad"] : [];
        await RunAsync(["-n", this[machine], "addr", "add", address, "dev", "eth0", .. quickly]);
        await RunAsync("-n", this[machine], "link", "set", "eth0", "up");
    }

    /// <summary>Datagrams and all else that a machine has sent through its interface.</summary>
    public async Task<long> SentPacketsAsync(int machine)
    {
        var text = await OutputAsync("ip", ["netns", "exec", this[machine], "cat", "/proc/net/dev"]);
        var line = text.Split('\n').Single(row => row.TrimStart().StartsWith("eth0:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[9], CultureInfo.InvariantCulture);
    }

    /// <summary>The command that runs a program on a machine.</summary>
    public ProcessStartInfo On(int machine, string program, params IEnumerable<string> arguments) =>
        new("ip", ["netns", "exec", this[machine], program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _namespaces)
            _ = await TryAsync("netns", "del", name);
    }

    private async Task AddAsync(int machine)
    {
        var name = this[machine];
        await RunAsync("netns", "add", name);
        _namespaces.Add(name);
        await RunAsync("-n", name, "link", "set", "lo", "up");
        // Without the chatter of IPv6 of its own accord, so that what is counted is ours.
        await RunAsync("netns", "exec", name, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/addr_gen_mode");
        await RunAsync("-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", string.Create(CultureInfo.InvariantCulture, $"p{machine}"), "netns", Switch);
        await RunAsync("-n", Switch, "link", "set", string.Create(CultureInfo.InvariantCulture, $"p{machine}"), "master", "br0", "up");
    }

    private static async Task RunAsync(params IEnumerable<string> arguments)
    {
        var list = arguments.ToList();
        if (await TryAsync(list) is { } error)
            Assert.Fail($"ip {string.Join(' ', list)}: {error}");
    }

    private static async Task<string?> TryAsync(params IEnumerable<string> arguments)
    {
        using var ip = new Process { StartInfo = new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, UseShellExecute = false } };
        try
        {
            ip.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "the program ip is not installed (Debian: iproute2)";
        }

        var error = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync();
        return ip.ExitCode == 0 ? null : error.Trim();
    }

    private static async Task<string> OutputAsync(string program, IEnumerable<string> arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false } };
        process.Start();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
