using Microsoft.Extensions.Logging;

namespace Sillage.Storage;

/// <summary>
/// Tells the log once that the engine is away, and once that it is back. Whoever fails meanwhile need not say it again:
/// <see cref="DatabaseUnavailableException.IsOutage"/>.
/// </summary>
internal sealed partial class OutageLog(string engine, TimeProvider clock, ILogger logger)
{
    private readonly Lock _lock = new();
    private volatile bool _isAway;
    private long _since;

    /// <summary>Somebody could not reach it.</summary>
    public void Began(Exception reason)
    {
        lock (_lock)
        {
            if (_isAway)
            {
                return;
            }

            (_isAway, _since) = (true, clock.GetTimestamp());
        }

        LogBegan(logger, engine, reason.Message.ReplaceLineEndings(" ").TrimEnd('.'));
    }

    /// <summary>Somebody has reached it.</summary>
    public void Ended()
    {
        if (!_isAway)
        {
            return;
        }

        lock (_lock)
        {
            if (!_isAway)
            {
                return;
            }

            _isAway = false;
        }

        LogEnded(logger, engine, (long)Math.Ceiling(clock.GetElapsedTime(_since).TotalSeconds));
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Engine} is away ({Reason}). What needs it is refused or waits; the log is quiet about it until it is back."
    )]
    private static partial void LogBegan(ILogger logger, string engine, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Engine} is back, after {Seconds} s.")]
    private static partial void LogEnded(ILogger logger, string engine, long seconds);
}
