using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

namespace Kith.Interop;

/// <summary>
/// A process of the Signal protocol's reference client (libsignal from npm, libsignal/driver.mjs), asked one question at a time. Installed with
/// `npm ci` when it is not there yet.
/// </summary>
internal sealed class LibsignalProcess : IAsyncDisposable
{
    private readonly Process _process;

    private LibsignalProcess(Process process) => _process = process;

    private static string Folder => Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => string.Equals(attribute.Key, "LibsignalFolder", StringComparison.Ordinal)).Value!;

    public static async Task<LibsignalProcess> StartAsync()
    {
        await InstallAsync();
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.ArgumentList.Add("driver.mjs");
        return new LibsignalProcess(Process.Start(start) ?? throw new InvalidOperationException("node did not start"));
    }

    /// <summary>Asks and waits for the answer; an answer that is an error throws.</summary>
    public async Task<JsonObject> AskAsync(JsonObject question)
    {
        await _process.StandardInput.WriteLineAsync(question.ToJsonString());
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the reference client ended");
        var answer = JsonNode.Parse(line)!.AsObject();
        return answer["error"] is { } error ? throw new InvalidOperationException($"the reference client says: {error}") : answer;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task InstallAsync()
    {
        if (File.Exists(Path.Combine(Folder, "node_modules", "@signalapp", "libsignal-client", "package.json")))
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
