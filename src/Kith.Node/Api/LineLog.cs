using Microsoft.Extensions.Logging;

namespace Kith.Node.Api;

/// <summary>Failures inside the web host, a line each: the kind and the place, never content.</summary>
internal sealed class LineLog(TextWriter output) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null && IsEnabled(logLevel) && !IsHungUp(exception))
            output.WriteLine($"kith: {exception.GetType().Name} at {exception.StackTrace?.Trim()}");
    }

    // Somebody who hangs up in the middle of an answer is no defect of ours, wherever the server noticed it.
    private static bool IsHungUp(Exception exception) =>
        exception is IOException or OperationCanceledException && exception.StackTrace?.TrimStart().StartsWith("at Microsoft.AspNetCore.Server", StringComparison.Ordinal) == true;

    public void Dispose()
    {
        // The output is the caller's.
    }
}
