using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Events;

/// <summary>
/// Runs one module's handlers for what is in its inbox: in order per key, several keys at a time, in one process at a time.
/// An event that fails holds back those behind it of its key, until it succeeds or is parked, and nobody else.
/// </summary>
internal sealed partial class EventPump(
    ModuleDatabase database,
    EventHandling handling,
    EventOptions options,
    StorageMetrics metrics,
    TimeProvider clock,
    ILogger logger
) : IDisposable
{
    private const int BatchSize = 200;
    private const int MostKeys = 64;
    private static readonly TimeSpan WhileAnotherPumps = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(1);

    private readonly ModuleDatabase _database = database;
    private readonly EventHandling _handling = handling;
    private readonly EventOptions _options = options;
    private readonly StorageMetrics _metrics = metrics;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _slots = new(options.Concurrency);
    private int _outages;
    private bool _replayed;
    private DateTimeOffset _countedAt;

    /// <summary>Pumps until cancelled, and returns when no handler runs any more.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (!ct.IsCancellationRequested)
            {
                var pause = await RunGuardedAsync(ct);
                await _database.Received.WaitAsync(pause, _clock, ct);
            }
        }
        finally
        {
            await Task.WhenAll(_running.Values);
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<TimeSpan> RunGuardedAsync(CancellationToken ct)
    {
        try
        {
            var pause = await PumpAsync(ct);
            if (_outages > 0)
            {
                LogBack(_logger, _database.Name, _outages);
                _outages = 0;
            }

            return pause;
        }
#pragma warning disable CA1031 // The edge of the loop: a pump that stops would keep every later event from its handlers.
        catch (Exception exception) when (!(exception is OperationCanceledException && ct.IsCancellationRequested))
#pragma warning restore CA1031
        {
            if (_outages == 0)
            {
                LogOutage(_logger, _database.Name, exception);
            }

            return _options.Backoff.After(++_outages);
        }
    }

    /// <summary>Has everything handled that is due, under the module's lease.</summary>
    /// <returns>How long to wait for more.</returns>
    private async Task<TimeSpan> PumpAsync(CancellationToken ct)
    {
        await using var lease = await _database.TryLeaseAsync("inbox", ct);
        if (lease is null)
        {
            return WhileAnotherPumps;
        }

        try
        {
            await ReplayOnceAsync(ct);
            while (await StartDueAsync(ct) || !_running.IsEmpty)
            {
                await CountAsync(BetweenCounts, ct);
                // Woken by what arrives, and by each key that is through.
                await _database.Received.WaitAsync(_options.PollInterval, _clock, ct);
            }
        }
        finally
        {
            // Under the lease to the end: who takes it next must not find a key half-way.
            await Task.WhenAll(_running.Values);
        }

        return await CountAsync(TimeSpan.Zero, ct);
    }

    /// <summary>A start of the server is the likeliest moment for the cause of what was parked to be mended.</summary>
    private async Task ReplayOnceAsync(CancellationToken ct)
    {
        if (!_replayed)
        {
            await Inbox.ReplayAllAsync(_database, ct);
            _replayed = true;
        }
    }

    /// <summary>Starts the keys that have something due and are not being handled.</summary>
    /// <returns>Whether there were any.</returns>
    private async Task<bool> StartDueAsync(CancellationToken ct)
    {
        if (_running.Count >= MostKeys)
        {
            return true;
        }

        var rows = await Inbox.DueAsync(_database, _running.Keys, _clock.GetUtcNow(), BatchSize, ct);
        foreach (var key in rows.GroupBy(row => row.Key))
        {
            var events = key.ToArray();
            // In the table before it runs, so that it can be taken out when it is through.
            var start = new TaskCompletionSource();
            _running[key.Key] = HandleKeyAsync(start.Task, key.Key, events, ct);
            start.SetResult();
        }

        return rows.Count > 0;
    }

    private async Task HandleKeyAsync(Task start, string key, InboxRow[] events, CancellationToken ct)
    {
        await start;
        await Task.Yield();
        try
        {
            await _slots.WaitAsync(ct);
            try
            {
                foreach (var row in events)
                {
                    if (ct.IsCancellationRequested || !await _handling.HandleAsync(row, ct))
                    {
                        break;
                    }
                }
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What was not begun waits for the next start.
        }
#pragma warning disable CA1031 // The edge of the key's task: the engine went away; the events are where they were.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogKeyPutOff(_logger, _database.Name, exception);
            await PauseAsync(ct);
        }
        finally
        {
            _running.TryRemove(key, out _);
            _database.Received.Set();
        }
    }

    private async Task PauseAsync(CancellationToken ct)
    {
        try
        {
            await Task.Delay(_options.Backoff.After(3), _clock, ct);
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    /// <summary>Counts for the metrics, unless it did so a moment ago.</summary>
    /// <returns>How long until the next attempt of what failed, at most the poll interval.</returns>
    private async Task<TimeSpan> CountAsync(TimeSpan since, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        if (since > TimeSpan.Zero && now - _countedAt < since)
        {
            return _options.PollInterval;
        }

        _countedAt = now;
        var counts = await Inbox.CountAsync(_database, ct) ?? new InboxCounts(0, 0, null, null);
        _metrics.Inbox(_database.Name, counts);
        var next = counts.NextAt - now ?? _options.PollInterval;
        return TimeSpan.FromTicks(Math.Clamp(next.Ticks, TimeSpan.TicksPerMillisecond, _options.PollInterval.Ticks));
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Events for {Database} cannot be handled now; it is tried again until they can."
    )]
    private static partial void LogOutage(ILogger logger, string database, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Events for {Database} are handled again, after {Attempts} failed attempts."
    )]
    private static partial void LogBack(ILogger logger, string database, int attempts);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Some events for {Database} are put off.")]
    private static partial void LogKeyPutOff(ILogger logger, string database, Exception exception);
}
