using Microsoft.Extensions.Logging;

namespace Sillage.Hosting.Telemetry;

/// <summary>A line of the log.</summary>
/// <param name="Number">Its place in this process's log; the newest has the highest.</param>
/// <param name="At">When it was written.</param>
/// <param name="Level">How bad it is: <c>information</c>, <c>warning</c>, <c>error</c>, <c>critical</c>.</param>
/// <param name="Category">Which part of the program says it.</param>
/// <param name="Message">What it says.</param>
/// <param name="Exception">The exception, as the log has it; absent if there is none.</param>
public sealed record LogLine(
    long Number,
    DateTimeOffset At,
    string Level,
    string Category,
    string Message,
    string? Exception
);

/// <summary>
/// The log's last hour, as far as there is room: what the log's own filters let through, so that nothing is here which must not
/// be there.
/// </summary>
internal sealed class RecentLog(TimeProvider clock) : ILoggerProvider
{
    private const int MostLines = 2000;

    // An exception's text may be long, and a thousand of them are still to be few megabytes.
    private const int LongestText = 4000;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = new();
    private long _written;

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    /// <summary>The lines of the last hour, the newest first.</summary>
    public IReadOnlyList<LogLine> Read()
    {
        lock (_lock)
        {
            DropOld();
            return [.. _lines.Reverse()];
        }
    }

    public void Dispose() { }

    private void Add(LogLevel level, string category, string message, Exception? exception)
    {
        lock (_lock)
        {
            DropOld();
            if (_lines.Count == MostLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(
                new LogLine(
                    ++_written,
                    clock.GetUtcNow(),
                    level.ToString().ToLowerInvariant(),
                    category,
                    Cut(message),
                    exception is null ? null : Cut(exception.ToString())
                )
            );
        }
    }

    private void DropOld()
    {
        var before = clock.GetUtcNow() - Kept;
        while (_lines.TryPeek(out var oldest) && oldest.At < before)
        {
            _lines.Dequeue();
        }
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText] + "…";

    private sealed class Category(RecentLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                log.Add(logLevel, name, formatter(state, exception), exception);
            }
        }
    }
}
