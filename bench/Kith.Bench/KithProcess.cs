using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Kith.Scenarios.Tests;

namespace Kith.Bench;

/// <summary>A person's home and, while it runs, the real program (<c>kith up</c>) on it: driven through its API, stopped by signals.</summary>
internal sealed class KithProcess(string home, string name) : IAsyncDisposable
{
    private static readonly string Launcher = Path.Combine(
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().First(static attribute => attribute.Key == "CheckoutFolder").Value!, "kith");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    // The launcher builds the program where it is missing or old, which takes longer than any start may.
    private static readonly Lazy<Task> Built = new(BuildAsync);

    private Process? _process;
    private NodeApi? _api;
    private int _port;

    /// <summary>Where it listens, HOST:PORT: the same over restarts.</summary>
    public string Address => $"127.0.0.1:{_port}";

    public bool IsRunning => _process is not null;

    /// <summary>When it said that it is ready (<see cref="Stopwatch"/>).</summary>
    public long ReadyAt { get; private set; }

    /// <summary>Starts it, and waits until it says that it is ready.</summary>
    /// <param name="arguments">Further flags of <c>kith up</c>.</param>
    public async Task StartAsync(params string[] arguments)
    {
        Directory.CreateDirectory(home);
        var listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");
        string[] all = ["--home", home, "--json", "up", "--name", name, "--listen", listen, "--api", "127.0.0.1:0", "--no-lan", "--no-mainline", .. arguments];
        var start = new ProcessStartInfo(Launcher, all) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        await Built.Value;
        _process = Process.Start(start)
            ?? throw new InvalidOperationException("the program did not start");
        using var patience = new CancellationTokenSource(Patience);
        var first = await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException($"{name}'s node ended early");
        ReadyAt = Stopwatch.GetTimestamp();
        var ready = JsonDocument.Parse(first).RootElement;
        _port = int.Parse(ready.GetProperty("listen").EnumerateArray().First().GetString()!.Split(':')[^1], CultureInfo.InvariantCulture);
        _ = DrainAsync(_process);
        _api?.Dispose();
        _api = NodeApi.Open(home);
    }

    public Task<JsonElement> GetAsync(string path) => _api!.GetAsync(path);

    public Task<JsonElement> PostAsync(string path, object body) => _api!.PostAsync(path, body);

    /// <summary>Adds the maker of a link, and waits until both know each other.</summary>
    public async Task MeetAsync(KithProcess maker)
    {
        var link = (await maker.PostAsync("links", new { uses = 1 })).GetProperty("link").GetString();
        await PostAsync("contacts", new { link, timeout = 30_000 });
        await UntilAsync(async () => (await GetAsync("contacts")).GetProperty("contacts").EnumerateArray().Any(IsConnected));
        await UntilAsync(async () => (await maker.GetAsync("contacts")).GetProperty("contacts").EnumerateArray().Any(IsConnected));

        static bool IsConnected(JsonElement contact) => contact.GetProperty("state").GetString() == "connected";
    }

    /// <summary>The whole conversation, oldest first.</summary>
    public Task<List<JsonElement>> HistoryAsync(string contact) => _api!.HistoryAsync(contact);

    /// <summary>Who it knows to offer room, and whether it does so itself.</summary>
    public async Task<(int Holders, bool IsOffering)> RoomAsync()
    {
        var room = await GetAsync("room");
        return (room.GetProperty("holders").GetInt32(), room.GetProperty("offering").GetBoolean());
    }

    /// <summary>What it says of forwarding; not an object until forwarding runs.</summary>
    public async Task<JsonElement> ForwardingAsync() => (await GetAsync("status")).GetProperty("forwarding");

    /// <summary>Bytes of others' drops that it has.</summary>
    public async Task<long> KeptAsync() => (await GetAsync("room")).GetProperty("used").GetInt64();

    /// <summary>SIGKILL: no instruction of it runs after this.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndAsync();
    }

    /// <summary>SIGTERM, and waits until it has ended.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await EndAsync();
    }

    /// <summary>Asks until it is so: for what another process does there is no event to wait for.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, int seconds = 120, int pause = 50)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
                throw new TimeoutException($"not within {seconds} s");
            await Task.Delay(pause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_process is not null)
            await KillAsync();
    }

    private async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process!.WaitForExitAsync(patience.Token);
        _process.Dispose();
        _process = null;
    }

    private static async Task BuildAsync()
    {
        using var build = Process.Start(new ProcessStartInfo(Launcher, ["--version"]) { UseShellExecute = false, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("the program's launcher did not start");
        await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        if (build.ExitCode != 0)
            throw new InvalidOperationException("the program could not be built");
    }

    private static async Task DrainAsync(Process process)
    {
        try
        {
            while (await process.StandardOutput.ReadLineAsync() is not null)
            {
                // Events that nobody reads would fill the pipe.
            }
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            return;
        }
    }
}
