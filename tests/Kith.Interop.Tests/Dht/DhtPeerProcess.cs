using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

namespace Kith.Interop.Tests.Dht;

/// <summary>A DHT node of another program, asked one question at a time (peers/). What it needs from npm is installed when it is not there yet.</summary>
internal sealed class DhtPeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly Process _process;

    private DhtPeerProcess(Process process) => _process = process;

    /// <summary>Its port on loopback.</summary>
    public ushort Port { get; private set; }

    private static string Folder => Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => string.Equals(attribute.Key, "DhtPeersFolder", StringComparison.Ordinal)).Value!;

    /// <summary>bittorrent-dht of npm.</summary>
    public static async Task<DhtPeerProcess> StartBittorrentDhtAsync()
    {
        await InstallAsync();
        return await StartAsync("node", "bittorrent-dht.mjs");
    }

    /// <summary>libtorrent, through the distribution's own Python.</summary>
    public static Task<DhtPeerProcess> StartLibtorrentAsync() => StartAsync("/usr/bin/python3", "libtorrent-dht.py");

    /// <summary>Asks and waits for the answer; an answer that is an error throws.</summary>
    public async Task<JsonObject> AskAsync(string operation, params (string Key, JsonNode? Value)[] fields)
    {
        var question = new JsonObject { ["op"] = operation };
        foreach (var (key, value) in fields)
            question[key] = value;
        await _process.StandardInput.WriteLineAsync(question.ToJsonString());
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException("the peer ended");
        var answer = JsonNode.Parse(line)!.AsObject();
        return answer["error"] is { } error ? throw new InvalidOperationException($"the peer says: {error}") : answer;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<DhtPeerProcess> StartAsync(string program, string script)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.ArgumentList.Add(script);
        var peer = new DhtPeerProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
        peer.Port = (ushort)(int)(await peer.AskAsync("start"))["port"]!;
        return peer;
    }

    private static async Task InstallAsync()
    {
        if (File.Exists(Path.Combine(Folder, "node_modules", "bittorrent-dht", "package.json")))
            return;
        var start = new ProcessStartInfo("npm") { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("npm did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"npm ci failed in {Folder}: {errors}{await output}");
    }
}
