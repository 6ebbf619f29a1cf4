using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;

namespace Kith.Transport.Tor;

/// <summary>A tor that we started, in a folder of its own.</summary>
internal sealed class TorProcess : IAsyncDisposable
{
    private const string TorrcFile = "torrc";
    private const string DefaultsFile = "torrc-defaults";
    private const string SeeAbove = "See logs for details";
    private static readonly string[] SayNothing = ["Reading config failed", "You are running Tor as root"];
    private const int MaxLines = 8;
    private const int MaxLine = 300;
    private const int MaxPortFile = 256;
    private static readonly TimeSpan PortFilePoll = TimeSpan.FromMilliseconds(25);

    private readonly Process _process;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _reading;

    private TorProcess(Process process, string folder, TimeProvider time)
    {
        _process = process;
        _folder = folder;
        _time = time;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        Exited = ExitedAsync();
    }

    /// <summary>Completes when it has ended; never faults.</summary>
    public Task Exited { get; }

    /// <summary>Its id.</summary>
    public int Id => _process.Id;

    /// <summary>What it warned of last; null when of nothing. Tor itself leaves addresses out (SafeLogging).</summary>
    public string? LastWarning => _lines.LastOrDefault(SaysSomething) ?? _lines.LastOrDefault();

    /// <summary>Starts it.</summary>
    /// <exception cref="TorException">The folder cannot be written, or the program not started.</exception>
    public static TorProcess Start(string executable, string folder, string torrc, TimeProvider time)
    {
        var tor = Launch(executable, folder, time, () =>
        {
            File.Delete(Path.Combine(folder, Torrc.ControlPortFile));
            var file = Path.Combine(folder, TorrcFile);
            File.WriteAllText(file, torrc);
            return ["-f", file];
        });
        tor._process.StandardInput.Close();
        return tor;
    }

    /// <summary>Asks the program what it says of a configuration, without running it: it opens no connection then.</summary>
    /// <returns>What it refuses it for, in its words; null when it takes it.</returns>
    /// <exception cref="TorException">It cannot be asked, or does not answer in time.</exception>
    public static async Task<string?> CheckAsync(string executable, string folder, string torrc, TimeProvider time, CancellationToken cancellationToken)
    {
        // Read from its standard input: the file is that of a tor that runs.
        await using var tor = Launch(executable, folder, time, () => ["--verify-config", "-f", "-"]);
        try
        {
            await Task.WhenAll(tor.TellAsync(torrc), tor.Exited).WaitAsync(TorLimits.CheckTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new TorException("Tor does not say in time whether it takes this", error);
        }

        await ((Task)Task.WhenAny(tor._reading, Task.Delay(TorLimits.ExitTimeout, time, cancellationToken))).ConfigureAwait(false);
        return tor._process.ExitCode == 0 ? null : tor.LastWarning ?? "it does not say why";
    }

    /// <summary>Waits until Tor has said where its control port is.</summary>
    /// <exception cref="TorException">It ended first, or took too long.</exception>
    public async Task<IPEndPoint> ControlPortAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(_folder, Torrc.ControlPortFile);
        var began = _time.GetTimestamp();
        while (true)
        {
            if (TryReadPort(file) is { } port)
                return port;
            if (Exited.IsCompleted)
            {
                await ((Task)Task.WhenAny(_reading, Task.Delay(TorLimits.ExitTimeout, _time, cancellationToken))).ConfigureAwait(false);
                throw new TorException(LastWarning is { } warning ? $"Tor ended at once: {warning}" : "Tor ended at once, without a word");
            }

            if (_time.GetElapsedTime(began) > TorLimits.ControlPortTimeout)
                throw new TorException("Tor did not open its control port in time");
            await ((Task)Task.WhenAny(Exited, Task.Delay(PortFilePoll, _time, cancellationToken))).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits for its end, and kills it when that takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Exited.WaitAsync(TorLimits.ExitTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            TryKill();
            await Exited.ConfigureAwait(false);
        }

        // A program that it started may hold the pipe for a moment more.
        await ((Task)Task.WhenAny(_reading, Task.Delay(TorLimits.ExitTimeout, _time))).ConfigureAwait(false);
        _process.Dispose();
    }

    private static TorProcess Launch(string executable, string folder, TimeProvider time, Func<string[]> prepare)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // The system's own settings are for its own tor.
            var defaults = Path.Combine(folder, DefaultsFile);
            File.WriteAllText(defaults, "");
            var start = new ProcessStartInfo(executable, [.. prepare(), "--defaults-torrc", defaults, "--hush"])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder,
            };
            var process = Process.Start(start) ?? throw new TorException("Tor could not be started");
            return new TorProcess(process, folder, time);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new TorException($"Tor could not be started: {error.Message}", error);
        }
    }

    private async Task TellAsync(string text)
    {
        try
        {
            await _process.StandardInput.WriteAsync(text).ConfigureAwait(false);
            _process.StandardInput.Close();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // It has ended without hearing it: that it did is seen elsewhere.
        }
    }

    private static bool SaysSomething(string line) => !line.Contains(SeeAbove, StringComparison.Ordinal) && !SayNothing.Any(start => line.StartsWith(start, StringComparison.Ordinal));

    private static IPEndPoint? TryReadPort(string file)
    {
        const string Prefix = "PORT=";
        try
        {
            if (!File.Exists(file) || new FileInfo(file).Length > MaxPortFile)
                return null;
            var line = File.ReadAllText(file).Trim();
            return line.StartsWith(Prefix, StringComparison.Ordinal) && IPEndPoint.TryParse(line[Prefix.Length..], out var port) ? port : null;
        }
        catch (IOException)
        {
            // It is being written.
            return null;
        }
    }

    private void TryKill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
        }
    }

    private async Task ExitedAsync() => await _process.WaitForExitAsync().ConfigureAwait(false);

    private async Task ReadAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
                Keep(line);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Disposed of while another program still held the pipe.
        }
    }

    private void Keep(string line)
    {
        // "Nov 21 16:55:40.000 [warn] …": what is said.
        var said = line.IndexOf("] ", StringComparison.Ordinal) is var at and >= 0 ? line[(at + 2)..] : line;
        _lines.Enqueue(said.Length <= MaxLine ? said : said[..MaxLine]);
        while (_lines.Count > MaxLines)
            _lines.TryDequeue(out _);
    }
}
