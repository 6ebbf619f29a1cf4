using System.Diagnostics;
using System.Text.Json;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>One person of the lab: a home in a temporary folder and the real node process on it, on a machine of the lab.</summary>
internal sealed class LabPerson(string name, LabMachine machine) : IAsyncDisposable
{
    private const int KeptErrors = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Queue<string> _errors = [];
    private Process? _node;

    public string Name { get; } = name;

    public LabMachine Machine { get; set; } = machine;

    public string Home { get; } = Directory.CreateTempSubdirectory("kith-lab-").FullName;

    /// <summary>Calls on the running node; another object after each start.</summary>
    public PersonApi Api { get; private set; } = null!;

    /// <summary>Room for others' drops. With nobody's, what arrives has found a way between the two.</summary>
    public string Room { get; init; } = "off";

    /// <summary>The account's id, by which others name this person.</summary>
    public string Account { get; private set; } = "";

    /// <summary>What the node said to people, the last of it.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return string.Join('\n', _errors);
        }
    }

    /// <summary>The node's process: ip(8) became it.</summary>
    public int Pid => _node!.Id;

    /// <summary>Whether this person has talked with anybody since the node was started first.</summary>
    public bool HasTalked { get; set; }

    /// <summary>What the node's process has used of the processor since it started.</summary>
    public TimeSpan Worked
    {
        get
        {
            if (_node is not { } node)
                return TimeSpan.Zero;
            node.Refresh();
            return node.TotalProcessorTime;
        }
    }

    /// <summary>Starts the node and waits until it says that it is ready.</summary>
    public async Task StartAsync(params string[] flags)
    {
        var program = await KithProgram.PathAsync();
        var start = new ProcessStartInfo("ip", ["netns", "exec", Machine.Namespace.Name, program, "--home", Home, "--json", "up", "--name", Name, "--no-lan", "--no-mainline", "--room", Room, .. flags])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _node = new Process { StartInfo = start };
        _node.ErrorDataReceived += (_, line) => Keep(line.Data);
        _node.Start();
        _node.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        var first = await _node.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException($"{Name}'s node ended: {Errors}");
        Account = JsonDocument.Parse(first).RootElement.GetProperty("account").GetString()!;
        _ = DrainAsync(_node);
        Api?.Dispose();
        Api = PersonApi.Open(Home, Machine.Namespace);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _node!.Kill();
        await _node.WaitForExitAsync();
        _node.Dispose();
        _node = null;
    }

    /// <summary>What this person's node sees of the network and of somebody, for who wants to know why something failed.</summary>
    public async Task<string> SightAsync(LabPerson of)
    {
        try
        {
            var contacts = (await Api.GetAsync("contacts")).GetProperty("contacts").EnumerateArray().Where(contact => contact.ToString().Contains(of.Account, StringComparison.Ordinal));
            return $"{Name}: {await Api.GetAsync("network")}\n  {string.Join("\n  ", contacts)}\n  {await Api.GetAsync("doctor")}";
        }
        catch (HttpRequestException refused)
        {
            return $"{Name}: {refused.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        if (_node is not null)
            await KillAsync();
        if (Directory.Exists(Home))
            Directory.Delete(Home, recursive: true);
    }

    private static async Task DrainAsync(Process node)
    {
        try
        {
            while (await node.StandardOutput.ReadLineAsync() is not null)
            {
                // The events of a node that nobody reads would fill the pipe.
            }
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException or ObjectDisposedException)
        {
            return;
        }
    }

    private void Keep(string? line)
    {
        lock (_errors)
        {
            _errors.Enqueue(line ?? "");
            if (_errors.Count > KeptErrors)
                _errors.Dequeue();
        }
    }
}
