using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Sillage.Specifications.Hosting;

/// <summary>One thing logged.</summary>
/// <param name="Level">How grave.</param>
/// <param name="Category">By whom.</param>
/// <param name="Text">The message, its values, the scopes around it and the exception: all that a log could hold.</param>
public sealed record LogLine(LogLevel Level, string Category, string Text);

/// <summary>Keeps what is logged, for tests that look for what must or must not be there.</summary>
public sealed class LogCapture : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<LogLine> _lines = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <summary>Everything so far.</summary>
    public IReadOnlyCollection<LogLine> Lines => _lines;

    /// <summary>Everything so far, as one text.</summary>
    public string Text => string.Join('\n', _lines.Select(line => $"{line.Level} {line.Category} {line.Text}"));

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc />
    public void Dispose() => _lines.Clear();

    private sealed class Logger(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => capture._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var text = new StringBuilder(formatter(state, exception));
            AppendValues(text, state);
            capture._scopes.ForEachScope(
                static (scope, text) => AppendValues(text.Append(" => ").Append(scope), scope),
                text
            );
            text.Append(' ').Append(exception);
            capture._lines.Enqueue(new LogLine(logLevel, category, text.ToString()));
        }

        private static void AppendValues(StringBuilder text, object? state)
        {
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
            {
                text.AppendJoin(' ', values.Select(pair => $" {pair.Key}={pair.Value}"));
            }
        }
    }
}
