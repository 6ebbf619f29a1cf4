using System.Diagnostics;
using System.Text.Json;

namespace Kith.Browser.Tests;

/// <summary>One person's node: the real program on a home in a temporary folder. Its addresses stay the same when it is started again.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly string _home = Directory.CreateTempSubdirectory("kith-browser-").FullName;
    private Process? _process;
    private string _api = "127.0.0.1:0";

    /// <summary>The address to open, good for one use.</summary>
    public string Page { get; private set; } = "";

    /// <summary>Where the API is: <c>http://127.0.0.1:PORT</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where other nodes reach it: HOST:PORT.</summary>
    public string Listen { get; private set; } = "127.0.0.1:0";

    /// <summary>Nodes by which it enters the network.</summary>
    public IReadOnlyList<string> Entries { get; init; } = [];

    /// <summary>Further flags of each start.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    public async Task StartAsync()
    {
        string[] up = ["--home", _home, "--json", "up", "--listen", Listen, "--api", _api, "--no-lan", "--no-mainline"];
        _process = Command([.. up, .. Entries.SelectMany(entry => new[] { "--entry", entry }), .. Flags]);
        _process.Start();
        var errors = _process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        var line = await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("the node ended: " + await errors);
        var ready = JsonDocument.Parse(line).RootElement;
        Assert.Equal("ready", ready.GetProperty("event").GetString());
        Page = ready.GetProperty("page").GetString()!;
        Address = new Uri(new Uri(Page).GetLeftPart(UriPartial.Authority));
        _api = Address.Authority;
        // Who is to be found nowhere listens nowhere.
        if (ready.GetProperty("listen").GetArrayLength() > 0)
            Listen = ready.GetProperty("listen")[0].GetString()!;
        _ = DrainAsync(_process);
    }

    /// <summary>SIGKILL: no instruction of the node runs after this.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        Directory.Delete(_home, recursive: true);
    }

    private static Process Command(params string[] arguments)
    {
        var start = new ProcessStartInfo(Checkout.Launcher) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new Process { StartInfo = start };
    }

    private static async Task DrainAsync(Process process)
    {
        try
        {
            while (await process.StandardOutput.ReadLineAsync() is not null)
            {
                // The events of a node that nobody reads would fill the pipe.
            }
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            return;
        }
    }
}
