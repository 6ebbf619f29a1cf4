using System.Diagnostics;

namespace Kith.Lab.Tests.Networks;

/// <summary>Runs one of the system's own tools (ip(8), nft(8), sysctl(8)).</summary>
internal static class SystemCommand
{
    /// <summary>Runs it with something on its standard input; what it printed.</summary>
    /// <exception cref="InvalidOperationException">It said no; the message is what it said.</exception>
    public static async Task<string> RunAsync(string input, params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{string.Join(' ', command)}: {await error}{input}");
    }

    /// <summary>ip(8).</summary>
    public static Task IpAsync(params string[] arguments) => RunAsync("", ["ip", .. arguments]);
}
