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
        if (exception is not null && IsEnabled(logLevel))
            output.WriteLine($"kith: {exception.GetType().Name} at {exception.StackTrace?.Trim()}");
    }

    public void Dispose()
    {
        // The output is the caller's.
    }
}
