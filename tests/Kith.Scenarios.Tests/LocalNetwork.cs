using System.Diagnostics;

namespace Kith.Scenarios.Tests;

/// <summary>One local network made by the test: a namespace for each machine and one for the switch between them (ip-netns(8), veth(4)). No way leads out of it.</summary>
internal sealed class LocalNetwork : IAsyncDisposable
{
    private const string Interface = "eth0";
    private readonly string _switch;
    private readonly List<string> _namespaces = [];

    private LocalNetwork(string name) => _switch = name + "s";

    /// <summary>Why it cannot be made here; null when it can.</summary>
    public static string? Impossible { get; } = !OperatingSystem.IsLinux() ? "network namespaces are Linux's" : Environment.UserName != "root" ? "making network namespaces needs root" : Probe();

    public static async Task<LocalNetwork> CreateAsync()
    {
        var network = new LocalNetwork($"kith{Environment.ProcessId % 10_000}{Random.Shared.Next(100, 1000)}");
        await network.AddNamespaceAsync(network._switch);
        await network.RunAsync("-n", network._switch, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
        await network.RunAsync("-n", network._switch, "link", "set", "br0", "up");
        return network;
    }

    /// <summary>Adds a machine with an address such as 10.77.0.1/24; its namespace's name.</summary>
    public async Task<string> AddMachineAsync(string address)
    {
        var machine = $"{_switch}{_namespaces.Count}";
        var port = $"p{_namespaces.Count}";
        await AddNamespaceAsync(machine);
        await RunAsync("link", "add", Interface, "netns", machine, "type", "veth", "peer", "name", port, "netns", _switch);
        await RunAsync("-n", _switch, "link", "set", port, "master", "br0", "up");
        await RunAsync("-n", machine, "link", "set", Interface, "up");
        await RunAsync("-n", machine, "addr", "add", address, "dev", Interface);
        return machine;
    }

    /// <summary>Gives a machine another address in place of the one it has, as a DHCP server may.</summary>
    public async Task MoveAsync(string machine, string address)
    {
        await RunAsync("-n", machine, "addr", "flush", "dev", Interface);
        await RunAsync("-n", machine, "addr", "add", address, "dev", Interface);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _namespaces)
            await RunAsync("netns", "del", name);
    }

    private static string? Probe()
    {
        var name = $"kithprobe{Environment.ProcessId}";
        try
        {
            using var add = Process.Start(new ProcessStartInfo("ip", ["netns", "add", name]) { UseShellExecute = false, RedirectStandardError = true });
            add!.WaitForExit();
            if (add.ExitCode != 0)
                return "this system does not let network namespaces be made";
            Process.Start("ip", ["netns", "del", name]).WaitForExit();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no `ip` here (package iproute2)";
        }
    }

    private async Task AddNamespaceAsync(string name)
    {
        await RunAsync("netns", "add", name);
        _namespaces.Add(name);
        await RunAsync("-n", name, "link", "set", "lo", "up");
    }

    private async Task RunAsync(params string[] arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync();
        Assert.True(ip.ExitCode == 0, $"ip {string.Join(' ', arguments)}: {error}");
    }
}
