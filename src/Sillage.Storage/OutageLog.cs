using Microsoft.Extensions.Logging;

namespace Sillage.Storage;

/// <summary>
/// Tells the log once that the engine is away, and once that it is back. Whoever fails meanwhile need not say it again:
/// <see cref="DatabaseUnavailableException.IsOutage"/>.
/// </summary>
internal sealed partial class OutageLog(string engine, TimeProvider clock, ILogger logger)
{
    /// <summary>
    /// How long after an outage a broken connection is one of its own: one that lay idle in the pool shows only when it is
    /// used. Who cannot connect says so at once.
    /// </summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private volatile bool _isAway;
    private long _since;
    private long? _until;

    /// <summary>Somebody could not reach it.</summary>
    /// <param name="reason">What it said, for the log.</param>
    /// <param name="isBroken">Whether a connection that stood broke, which says nothing of whether a new one can be had.</param>
    public void Began(Exception reason, bool isBroken = false)
    {
        lock (_lock)
        {
            if (_isAway || (isBroken && _until is { } until && clock.GetElapsedTime(until) < Aftermath))
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

            (_isAway, _until) = (false, clock.GetTimestamp());
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
