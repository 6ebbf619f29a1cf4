using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Kith.Transport.Tests.Namespaces;

/// <summary>Machines and the cables between them, as network namespaces and veth pairs; no way leads out. Made and removed by the test that uses them (root, iproute2, nftables).</summary>
internal sealed partial class TestNetwork : IAsyncDisposable
{
    private const int CloneNewNet = 0x4000_0000; // sched.h

    private static int _made;

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"kt{Environment.ProcessId}x{Interlocked.Increment(ref _made)}");
    private readonly List<string> _machines = [];

    private TestNetwork()
    {
    }

    /// <summary>Makes machines of these names, each with loopback alone.</summary>
    public static async Task<TestNetwork> CreateAsync(params string[] machines)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "network namespaces need Linux and root");
        var network = new TestNetwork();
        try
        {
            foreach (var machine in machines)
            {
                var (code, text) = await ExecuteAsync("ip", "netns", "add", network.Name(machine));
                Assert.SkipWhen(code != 0, $"this machine makes no network namespaces: {text}");
                network._machines.Add(machine);
                await network.OnAsync(machine, "ip", "link", "set", "lo", "up");
            }
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }

        return network;
    }

    /// <summary>Puts a cable between two machines: the interface, and its address, at either end.</summary>
    public async Task CableAsync(string one, string interfaceOne, string addressOne, string other, string interfaceOther, string addressOther)
    {
        await RunAsync("ip", "-n", Name(one), "link", "add", interfaceOne, "type", "veth", "peer", "name", interfaceOther, "netns", Name(other));
        foreach (var (machine, card, address) in ((string, string, string)[])[(one, interfaceOne, addressOne), (other, interfaceOther, addressOther)])
        {
            foreach (var each in address.Split(','))
                await OnAsync(machine, "ip", ["addr", "add", each, "dev", card, .. each.Contains(':', StringComparison.Ordinal) ? (string[])["nodad"] : []]);
            await OnAsync(machine, "ip", "link", "set", card, "up");
        }
    }

    /// <summary>Runs a program on a machine to its end.</summary>
    public Task<string> OnAsync(string machine, string program, params string[] arguments) => RunAsync("ip", ["netns", "exec", Name(machine), program, .. arguments]);

    /// <summary>Runs a line of shell on a machine.</summary>
    public Task<string> ShellAsync(string machine, string line) => OnAsync(machine, "bash", "-c", line);

    /// <summary>Starts a program on a machine.</summary>
    public Process Start(string machine, string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("ip", ["netns", "exec", Name(machine), program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Does something on a machine, on a thread of its own: a socket that is made there belongs to it for good.</summary>
    public Task<T> InsideAsync<T>(string machine, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle("/run/netns/" + Name(machine));
                if (SetNamespace(file.DangerousGetHandle().ToInt32(), CloneNewNet) != 0)
                    throw new IOException("setns: " + Marshal.GetLastPInvokeErrorMessage());
                done.SetResult(work());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        thread.Start();
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines)
            _ = await ExecuteAsync("ip", "netns", "del", Name(machine));
    }

    private string Name(string machine) => $"{_prefix}-{machine}";

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, text) = await ExecuteAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {text}");
        return text;
    }

    private static async Task<(int Code, string Text)> ExecuteAsync(string program, params string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false } };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, $"{program} is not installed");
        }

        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : await error + output);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int file, int kind);
}
