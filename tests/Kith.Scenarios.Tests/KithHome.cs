using System.Diagnostics;
using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>One person: a home in a temporary folder and, while it runs, the real node process on it.</summary>
internal sealed class KithHome : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);
    private readonly string _name;
    private readonly List<string> _errors = [];
    private readonly string? _network;
    private Process? _node;

    /// <param name="name">The person's name.</param>
    /// <param name="home">An existing home; a new one otherwise.</param>
    /// <param name="network">The network namespace in which everything of this home runs; the test's own otherwise.</param>
    public KithHome(string name, string? home = null, string? network = null)
    {
        _name = name;
        _network = network;
        Directory = home ?? System.IO.Directory.CreateTempSubdirectory("kith-scenario-").FullName;
    }

    public string Directory { get; }

    /// <summary>Calls on the running node; another object after each start.</summary>
    public NodeApi Api { get; private set; } = null!;

    /// <summary>The last ready event.</summary>
    public JsonElement Ready { get; private set; }

    public int Pid => _node!.Id;

    public bool IsRunning => _node is { HasExited: false };

    /// <summary>Where it listens at the next start.</summary>
    public string ListenHost { get; set; } = "127.0.0.1";

    /// <summary>The port at the next start: 0 for the one that the home remembers.</summary>
    public int ListenPort { get; set; }

    /// <summary>Flags of each start beside those that keep tests from disturbing each other.</summary>
    public IReadOnlyList<string> NetworkFlags { get; set; } = ["--no-lan", "--no-mainline"];

    /// <summary>Where it listens, as others call it.</summary>
    public string Address => Ready.GetProperty("listen").EnumerateArray().First().GetString()!;

    public string Errors
    {
        get
        {
            lock (_errors)
                return string.Join('\n', _errors);
        }
    }

    /// <summary>Starts the node and waits until it says that it is ready. The port it listens on stays the same over restarts.</summary>
    public async Task StartAsync(params string[] more)
    {
        string[] arguments = ["--home", Directory, "--json", "up", "--name", _name, "--listen", $"{ListenHost}:{ListenPort}", "--api", "127.0.0.1:0", .. NetworkFlags, .. more];
        _node = Command(arguments);
        _node.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.Add(line.Data ?? "");
        };
        _node.Start();
        _node.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        var first = await _node.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException($"{_name}'s node ended: {Errors}");
        Ready = JsonDocument.Parse(first).RootElement;
        Assert.Equal("ready", Ready.GetProperty("event").GetString());
        // Who is to be found nowhere listens nowhere.
        if (Ready.GetProperty("listen").GetArrayLength() > 0)
            ListenPort = int.Parse(Address.Split(':')[^1]);
        _ = DrainAsync(_node);
        Api?.Dispose();
        Api = NodeApi.Open(Directory);
    }

    /// <summary>SIGKILL: no instruction of the node runs after this.</summary>
    public async Task KillAsync()
    {
        _node!.Kill();
        await _node.WaitForExitAsync();
        _node.Dispose();
        _node = null;
    }

    /// <summary>SIGTERM, and how long the node took to end.</summary>
    public async Task<(TimeSpan Took, int Status)> StopAsync()
    {
        var started = Stopwatch.GetTimestamp();
        Process.Start("kill", ["-TERM", _node!.Id.ToString()]).WaitForExit();
        using var patience = new CancellationTokenSource(Patience);
        await _node.WaitForExitAsync(patience.Token);
        var status = _node.ExitCode;
        _node.Dispose();
        _node = null;
        return (Stopwatch.GetElapsedTime(started), status);
    }

    /// <summary>Runs one command on this home.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => RunWithInputAsync("", arguments);

    /// <summary>Runs one command on this home with something on its standard input.</summary>
    public async Task<CommandResult> RunWithInputAsync(string input, params string[] arguments)
    {
        using var process = Command(arguments.Contains("--home") ? arguments : ["--home", Directory, .. arguments]);
        process.Start();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return new CommandResult(process.ExitCode, await output, await error);
    }

    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        if (_node is not null)
            await KillAsync();
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    private Process Command(string[] arguments)
    {
        var start = new ProcessStartInfo(_network is null ? Checkout.Launcher : "ip")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] all = _network is null ? arguments : ["netns", "exec", _network, Checkout.Launcher, .. arguments];
        foreach (var argument in all)
            start.ArgumentList.Add(argument);
        return new Process { StartInfo = start };
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
}

/// <summary>What a command printed and how it ended.</summary>
internal sealed record CommandResult(int Status, string Output, string Error)
{
    /// <summary>The first line of the output as JSON.</summary>
    public JsonElement Json => Lines[0];

    /// <summary>Every line of it.</summary>
    public IReadOnlyList<JsonElement> Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
