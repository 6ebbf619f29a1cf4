using System.Diagnostics;
using System.Threading.Channels;

namespace Kith.Transport.Tests.Namespaces;

/// <summary>
/// This test program again, as a process of its own on one of the machines, with one test that plays a role there. It says lines, and ends when its standard input does.
/// </summary>
internal sealed class Role : IAsyncDisposable
{
    /// <summary>Set for a process that plays a role: its arguments, with spaces.</summary>
    public const string Variable = "KITH_TEST_ROLE";

    private const string Prefix = "role: ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    private Role(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public static Role Start(TestNetwork network, string machine, Type players, string role, string arguments)
    {
        var program = Environment.ProcessPath!;
        string[] itself = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [players.Assembly.Location] : [];
        return new Role(network.Start(machine, program, [.. itself, "-method", $"{players.FullName}.{role}"], (Variable, arguments)));
    }

    /// <summary>Says a line, in the process that plays.</summary>
    public static void Say(string line) => Console.Out.WriteLine(Prefix + line);

    /// <summary>Waits for the first line that fits; those before it are gone.</summary>
    public async Task<string> UntilAsync(Func<string, bool> fits)
    {
        using var patience = new CancellationTokenSource(Patience);
        var heard = new List<string>();
        try
        {
            while (true)
            {
                var line = await _lines.Reader.ReadAsync(patience.Token);
                heard.Add(line);
                if (fits(line))
                    return line;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
        {
            throw new TimeoutException($"heard only: {string.Join("; ", heard)}", error);
        }
    }

    public Task<string> UntilAsync(string beginning) => UntilAsync(line => line.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Tells it to go on.</summary>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _reading;
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var at)
                _lines.Writer.TryWrite(line[(at + Prefix.Length)..]);
        }

        _lines.Writer.Complete();
    }
}
