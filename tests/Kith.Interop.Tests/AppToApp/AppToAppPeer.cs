using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Kith.Interop.AppToApp;

/// <summary>A process of peer.py, which speaks only the four messages of App-to-app communicator.</summary>
internal sealed class AppToAppPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly Process _process;
    private readonly List<JsonObject> _events = [];
    private readonly Lock _gate = new(); // guards the events and who waits for them
    private readonly List<(Predicate<JsonObject> Condition, TaskCompletionSource<JsonObject> Done)> _waiting = [];
    private readonly Task _reading;

    private AppToAppPeer(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; private set; } = "";

    /// <summary>What happened to it so far.</summary>
    public IReadOnlyList<JsonObject> Events
    {
        get
        {
            lock (_gate)
                return [.. _events];
        }
    }

    /// <summary>Starts a peer.</summary>
    /// <param name="id">What it calls itself.</param>
    /// <param name="entry">The only peer that it knows, or null.</param>
    /// <param name="interval">Seconds between its introduction requests; the app has 5.</param>
    public static async Task<AppToAppPeer> StartAsync(string id, string? entry, double interval)
    {
        var folder = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => string.Equals(attribute.Key, "AppToAppFolder", StringComparison.Ordinal)).Value!;
        var start = new ProcessStartInfo("/usr/bin/python3") { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in (string[])["peer.py", id, "--interval", interval.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        if (entry is not null)
        {
            start.ArgumentList.Add("--entry");
            start.ArgumentList.Add(entry);
        }

        var peer = new AppToAppPeer(Process.Start(start) ?? throw new InvalidOperationException("python3 did not start"));
        peer.Address = (string)(await peer.UntilAsync(happened => Is(happened, "listening")))["address"]!;
        return peer;
    }

    /// <summary>Waits for something that happens to it or has happened.</summary>
    public async Task<JsonObject> UntilAsync(Predicate<JsonObject> condition)
    {
        var done = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_events.Find(condition) is { } happened)
                return happened;
            _waiting.Add((condition, done));
        }

        return await done.Task.WaitAsync(Patience);
    }

    /// <summary>Waits for a message to come.</summary>
    public Task<JsonObject> ReceivedAsync(int type, string? from = null, Predicate<JsonObject>? that = null) => UntilAsync(happened =>
        Is(happened, "received") && (int)happened["type"]! == type && (from is null || (string?)happened["from"] == from) && (that is null || that(happened)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private static bool Is(JsonObject happened, string name) => (string?)happened["event"] == name;

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var happened = JsonNode.Parse(line)!.AsObject();
            lock (_gate)
            {
                _events.Add(happened);
                foreach (var (_, done) in _waiting.Where(waiting => waiting.Condition(happened)))
                    done.TrySetResult(happened);
                if (Is(happened, "died"))
                    _waiting.ForEach(waiting => waiting.Done.TrySetException(new InvalidOperationException($"the peer died: {happened["why"]}")));
            }
        }
    }
}
