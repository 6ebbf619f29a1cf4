using System.Diagnostics;

namespace Kith.Bench;

/// <summary>This program once more, as the other end of a benchmark; it talks to its parent in lines.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public StreamWriter Input => _process.StandardInput;

    public static ChildProcess Start(string name, params string[] arguments) => Start([Environment.ProcessPath!, "child:" + name, .. arguments]);

    /// <summary>Starts it in a network namespace.</summary>
    public static ChildProcess StartIn(string network, string name, params string[] arguments) =>
        Start(["ip", "netns", "exec", network, Environment.ProcessPath!, "child:" + name, .. arguments]);

    private static ChildProcess Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException("the second process did not start"));
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the second process ended early");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
