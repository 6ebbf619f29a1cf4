using System.Diagnostics;
using System.Globalization;

namespace Kith.Transport.Tests.Tor;

/// <summary>A private Tor network on loopback (scripts/tor-net): three authorities and eight relays. Each is ended by its id at disposal, and by itself when this process ends.</summary>
internal sealed class TorNetwork : IAsyncDisposable
{
    /// <summary>Addresses that it takes: its authorities and relays.</summary>
    public const int Relays = 11;

    private const int ReadyTimeoutSeconds = 300;

    private readonly string _folder;
    private readonly bool _isOurs;

    private readonly string[] _in;

    private TorNetwork(string folder, bool isOurs, string[] inside)
    {
        _folder = folder;
        _isOurs = isOurs;
        _in = inside;
    }

    /// <summary>The file with what a client's torrc must say.</summary>
    public string ClientFile => Path.Combine(_folder, "client.torrc");

    /// <summary>What a client's torrc must say.</summary>
    public IReadOnlyList<string> ClientLines { get; private set; } = [];

    /// <summary>Starts one, and waits until its authorities agree on all of its relays. KITH_TOR_NET names the folder of one that runs already.</summary>
    public static async Task<TorNetwork> StartAsync(CancellationToken cancellationToken = default)
    {
        var given = Environment.GetEnvironmentVariable("KITH_TOR_NET");
        var network = new TorNetwork(given ?? Directory.CreateTempSubdirectory("kith-tor-net").FullName, given is null, []);
        return await network.StartAsync(null, cancellationToken);
    }

    /// <summary>Starts one in a network namespace, on its addresses PREFIX.1 to PREFIX.11.</summary>
    public static Task<TorNetwork> StartInAsync(string networkNamespace, string prefix, CancellationToken cancellationToken = default) =>
        new TorNetwork(Directory.CreateTempSubdirectory("kith-tor-net").FullName, true, ["ip", "netns", "exec", networkNamespace]).StartAsync(prefix, cancellationToken);

    private async Task<TorNetwork> StartAsync(string? prefix, CancellationToken cancellationToken)
    {
        try
        {
            if (_isOurs)
                await RunAsync("start", [Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. prefix is null ? (string[])[] : [prefix]], cancellationToken);
            await RunAsync("ready", [ReadyTimeoutSeconds.ToString(CultureInfo.InvariantCulture)], cancellationToken);
            ClientLines = await File.ReadAllLinesAsync(ClientFile, cancellationToken);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a bridge, and says its line.</summary>
    public async Task<string> AddBridgeAsync(CancellationToken cancellationToken = default)
    {
        await RunAsync("bridge", [], cancellationToken);
        return (await File.ReadAllTextAsync(Path.Combine(_folder, "bridge-line"), cancellationToken)).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isOurs)
            return;
        await RunAsync("stop", [], CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private static string Script()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var script = Path.Combine(folder, "scripts", "tor-net");
            if (File.Exists(script))
                return script;
        }

        throw new InvalidOperationException("scripts/tor-net is not above this program");
    }

    private async Task RunAsync(string command, string[] arguments, CancellationToken cancellationToken)
    {
        string[] all = [.. _in, Script(), command, _folder, .. arguments];
        var start = new ProcessStartInfo(all[0], all[1..]) { UseShellExecute = false, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("scripts/tor-net did not start");
        // The relays that `start` leaves behind have output files of their own: this ends with the script.
        var said = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"scripts/tor-net {command}: {said.Trim()}");
    }
}
