using System.Diagnostics;
using System.Reflection;

namespace Kith.Bench;

/// <summary>A program for Node in a folder of its own (driver.mjs) that drives a package from npm; installed at its first use.</summary>
/// <param name="folderKey">The assembly's metadata that names the folder.</param>
/// <param name="package">The package.</param>
internal sealed class NodeDriver(string folderKey, string package)
{
    private readonly string _folder = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => string.Equals(attribute.Key, folderKey, StringComparison.Ordinal)).Value!;

    /// <summary>Runs it; what it printed.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        if (!File.Exists(Path.Combine(_folder, "node_modules", package, "package.json")))
            _ = await StartAsync("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
        return await StartAsync("node", ["driver.mjs", .. arguments]);
    }

    private async Task<string> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder, UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} failed in {_folder}: {output}");
    }
}
