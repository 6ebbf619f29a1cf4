using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;

namespace Kith.Bench;

/// <summary>A person's home and, while it runs, the real program (<c>kith up</c>) on it: driven through its API, stopped by signals.</summary>
internal sealed class KithProcess(string home, string name) : IAsyncDisposable
{
    private static readonly string Launcher = Path.Combine(
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().First(static attribute => attribute.Key == "CheckoutFolder").Value!, "kith");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private Process? _process;
    private HttpClient? _http;
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
        _process = Process.Start(new ProcessStartInfo(Launcher, all) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("the program did not start");
        using var patience = new CancellationTokenSource(Patience);
        var first = await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException($"{name}'s node ended early");
        ReadyAt = Stopwatch.GetTimestamp();
        var ready = JsonDocument.Parse(first).RootElement;
        _port = int.Parse(ready.GetProperty("listen").EnumerateArray().First().GetString()!.Split(':')[^1], CultureInfo.InvariantCulture);
        _ = DrainAsync(_process);
        var running = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(home, "node.json"))).RootElement;
        _http?.Dispose();
        _http = new HttpClient { BaseAddress = new Uri(running.GetProperty("api").GetString()!.TrimEnd('/') + "/api/v1/"), Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", running.GetProperty("token").GetString());
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http!.GetAsync(path);
        return await ReadAsync(answer);
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await _http!.PostAsJsonAsync(path, body);
        return await ReadAsync(answer);
    }

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
    public async Task<List<JsonElement>> HistoryAsync(string contact)
    {
        var all = new List<JsonElement>();
        string? before = null;
        while (true)
        {
            var page = await GetAsync($"contacts/{contact}/messages?limit=200" + (before is null ? "" : "&before=" + before));
            var messages = page.GetProperty("messages").EnumerateArray().ToList();
            all.InsertRange(0, messages);
            if (!page.GetProperty("more").GetBoolean() || messages.Count == 0)
                return all;
            before = messages[0].GetProperty("id").GetString();
        }
    }

    /// <summary>Who it knows to offer room, and whether it does so itself.</summary>
    public async Task<(int Holders, bool IsOffering)> RoomAsync()
    {
        var room = await GetAsync("room");
        return (room.GetProperty("holders").GetInt32(), room.GetProperty("offering").GetBoolean());
    }

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
        _http?.Dispose();
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

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{(int)answer.StatusCode}: {text}", null, answer.StatusCode);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
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
