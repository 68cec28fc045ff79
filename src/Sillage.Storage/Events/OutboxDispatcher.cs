using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Events;

/// <summary>
/// Hands one module's events to the bus, in the order of their publication. What is handed over is deleted afterwards, so
/// that a crash repeats, never loses; inboxes know what they had.
/// </summary>
internal sealed partial class OutboxDispatcher(
    ModuleDatabase database,
    IEventBus bus,
    EventOptions options,
    StorageMetrics metrics,
    TimeProvider clock,
    ILogger logger
)
{
    private const int BatchSize = 200;
    private static readonly TimeSpan WhileAnotherDispatches = TimeSpan.FromMilliseconds(100);

    private readonly ModuleDatabase _database = database;
    private readonly IEventBus _bus = bus;
    private readonly EventOptions _options = options;
    private readonly StorageMetrics _metrics = metrics;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;
    private int _outages;
    private Task? _back;

    /// <summary>Dispatches until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var pause = await RunGuardedAsync(ct);
            if (pause == _options.PollInterval)
            {
                await _database.Published.WaitAsync(pause, _clock, ct);
            }
            else
            {
                using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
                var waiting = Task.Delay(pause, _clock, over.Token);
                await (_back is null ? waiting : Task.WhenAny(waiting, _back));
                await over.CancelAsync();
            }
        }
    }

    private async Task<TimeSpan> RunGuardedAsync(CancellationToken ct)
    {
        try
        {
            var pause = await RoundAsync(ct);
            _back = null;
            if (_outages > 0)
            {
                LogBack(_logger, _database.Name, _outages);
                _outages = 0;
            }

            return pause;
        }
#pragma warning disable CA1031 // The edge of the loop: a dispatcher that stops would keep every later event from leaving.
        catch (Exception exception) when (!(exception is OperationCanceledException && ct.IsCancellationRequested))
#pragma warning restore CA1031
        {
            // An outage is told once, at its beginning: it may last for days.
            if (_outages == 0)
            {
                LogOutage(_logger, _database.Name, exception);
            }

            _back = (exception as EventBusUnavailableException)?.Back;
            return _options.Backoff.After(++_outages);
        }
    }

    /// <summary>Dispatches one batch.</summary>
    /// <returns>How long to pause before the next; the poll interval where nothing is left to do.</returns>
    private async Task<TimeSpan> RoundAsync(CancellationToken ct)
    {
        await using var lease = await _database.TryLeaseAsync("outbox", ct);
        if (lease is null)
        {
            return WhileAnotherDispatches;
        }

        var rows = await Outbox.PendingAsync(_database, BatchSize, ct);
        if (rows.Count > 0)
        {
            await PublishAsync(rows, ct);
            // Also on the way into a shutdown: what was handed over need not go again.
            await Outbox.DeleteAsync(_database, rows, CancellationToken.None);
            _metrics.Dispatched(_database.Name, rows.Count);
        }

        // Where nothing was, there is nothing to count: mostly so, and asked every second.
        var counts = rows.Count == 0 ? new OutboxCounts(0, null) : await Outbox.CountAsync(_database, ct);
        if (counts is not null)
        {
            _metrics.Outbox(_database.Name, counts);
        }

        return rows.Count == BatchSize ? TimeSpan.Zero : _options.PollInterval;
    }

    private async Task PublishAsync(IReadOnlyList<OutboxRow> rows, CancellationToken ct)
    {
        var activities = rows.Select(Start).ToArray();
        try
        {
            await _bus.PublishAsync([.. rows.Select(row => row.ToEnvelope(_database.Name))], ct);
        }
        catch (Exception exception)
        {
            foreach (var activity in activities)
            {
                activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            }

            throw;
        }
        finally
        {
            foreach (var activity in activities)
            {
                activity?.Dispose();
            }
        }
    }

    /// <summary>Starts the row's own activity, which is nobody's parent here: a batch is of many traces.</summary>
    private static Activity? Start(OutboxRow row)
    {
        var current = Activity.Current;
        var activity = StorageMetrics.Activities.StartActivity(
            $"dispatch {row.Name}",
            ActivityKind.Producer,
            row.TraceParent
        );
        Activity.Current = current;
        return activity;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Events of {Database} cannot be handed on now; it is tried again until they can."
    )]
    private static partial void LogOutage(ILogger logger, string database, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Events of {Database} are handed on again, after {Attempts} failed attempts."
    )]
    private static partial void LogBack(ILogger logger, string database, int attempts);
}
