using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Kith.Lab.Tests.Networks;

/// <summary>One machine of the lab as the kernel sees it: a network namespace (network_namespaces(7)) with its own interfaces, routes and rules.</summary>
internal sealed partial class NetworkNamespace
{
    private const string Folder = "/run/netns/";
    private const int CloneNewNet = 0x4000_0000; // sched.h

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    /// <summary>Why none can be made here; null when they can.</summary>
    public static string? Impossible { get; } = Find();

    public static async Task<NetworkNamespace> CreateAsync(string name)
    {
        await SystemCommand.IpAsync("netns", "add", name);
        var made = new NetworkNamespace(name);
        await made.IpAsync("link", "set", "lo", "up");
        // Every address is there at once: nobody else in the lab can have it (RFC 4862 section 5.4).
        await made.SetAsync("net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0");
        return made;
    }

    /// <summary>ip(8) inside.</summary>
    public Task IpAsync(params string[] arguments) => SystemCommand.IpAsync(["-n", Name, .. arguments]);

    /// <summary>Any command inside.</summary>
    public Task<string> RunAsync(params string[] command) => SystemCommand.RunAsync("", ["ip", "netns", "exec", Name, .. command]);

    /// <summary>Adds rules in nft(8)'s words.</summary>
    public Task AddRulesAsync(string rules) => SystemCommand.RunAsync(rules, "ip", "netns", "exec", Name, "nft", "-f", "-");

    /// <summary>Sets values of sysctl(8), each as <c>name=value</c>.</summary>
    public Task SetAsync(params string[] values) => RunAsync(["sysctl", "-qw", .. values]);

    /// <summary>Makes both ends of a cable between two namespaces and sets them up (veth(4)).</summary>
    public static async Task ConnectAsync(NetworkNamespace one, string oneInterface, NetworkNamespace other, string otherInterface)
    {
        await SystemCommand.IpAsync("link", "add", oneInterface, "netns", one.Name, "type", "veth", "peer", "name", otherInterface, "netns", other.Name);
        await one.IpAsync("link", "set", oneInterface, "up");
        await other.IpAsync("link", "set", otherInterface, "up");
    }

    public Task AddAddressAsync(string address, string networkInterface) => IpAsync("addr", "add", address, "dev", networkInterface);

    /// <summary>Runs something on a thread inside the namespace: a socket made there belongs to it for good, wherever it is used.</summary>
    public T Inside<T>(Func<T> work)
    {
        T result = default!;
        Exception? failure = null;
        // A thread of its own, which ends with it: none that others use may stay in another network.
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = work();
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw failure;
    }

    /// <summary>A UDP socket inside, bound to an address and port.</summary>
    public Socket OpenUdp(IPEndPoint local) => Inside(() =>
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(local);
        return socket;
    });

    /// <summary>A TCP socket inside, not connected yet.</summary>
    public Socket OpenTcp(AddressFamily family) => Inside(() => new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });

    /// <summary>Ends every process inside and takes the namespace away.</summary>
    public Task DeleteAsync() => DeleteAsync(Name);

    /// <summary>Takes away what tests that were killed left behind: the namespaces with this prefix whose maker's process id, which follows it, is gone.</summary>
    public static async Task SweepAsync(string prefix)
    {
        if (!Directory.Exists(Folder))
            return;
        foreach (var name in Directory.GetFiles(Folder, prefix + "*").Select(Path.GetFileName))
        {
            var maker = new string([.. name![prefix.Length..].TakeWhile(char.IsAsciiDigit)]);
            if (maker.Length > 0 && !Directory.Exists("/proc/" + maker))
                await DeleteAsync(name!);
        }
    }

    private static async Task DeleteAsync(string name)
    {
        try
        {
            foreach (var inside in (await SystemCommand.RunAsync("", "ip", "netns", "pids", name)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await EndAsync(inside);
            await SystemCommand.IpAsync("netns", "del", name);
        }
        catch (InvalidOperationException) when (!File.Exists(Folder + name))
        {
            // Another test was first.
        }
    }

    private static async Task EndAsync(string process)
    {
        try
        {
            await SystemCommand.RunAsync("", "kill", "-KILL", process);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private static string? Find()
    {
        if (!OperatingSystem.IsLinux())
            return "network namespaces are Linux's";
        if (Environment.UserName != "root")
            return "making network namespaces needs root";
        var name = $"kithlabprobe{Environment.ProcessId}";
        try
        {
            var made = CreateAsync(name).GetAwaiter().GetResult();
            try
            {
                made.AddRulesAsync("table ip probe { chain post { type nat hook postrouting priority srcnat;\nmasquerade;\n}\n}\n").GetAwaiter().GetResult();
            }
            finally
            {
                made.DeleteAsync().GetAwaiter().GetResult();
            }

            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no `ip` or `nft` here (packages iproute2, nftables)";
        }
        catch (InvalidOperationException refused) when (!refused.Message.Contains("syntax error", StringComparison.Ordinal))
        {
            return "this system does not let networks be made: " + refused.Message.Split('\n')[0];
        }
    }

    private void Enter()
    {
        using var file = File.OpenHandle(Folder + Name);
        if (SetNamespace(file.DangerousGetHandle().ToInt32(), CloneNewNet) != 0)
            throw new IOException($"setns {Name}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int file, int kind);
}
