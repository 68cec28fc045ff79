using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Events;

/// <summary>
/// Hands one module's events to the bus, in the order of their publication. An event that fails holds back those behind
/// it until it succeeds or is set aside; what is handed over is deleted afterwards, so that a crash repeats, never loses.
/// </summary>
internal sealed partial class OutboxDispatcher(
    ModuleDatabase database,
    IEventBus bus,
    OutboxOptions options,
    StorageMetrics metrics,
    TimeProvider clock,
    ILogger logger
)
{
    private const int BatchSize = 100;
    private static readonly TimeSpan WhileAnotherDispatches = TimeSpan.FromMilliseconds(100);

    private readonly ModuleDatabase _database = database;
    private readonly IEventBus _bus = bus;
    private readonly OutboxOptions _options = options;
    private readonly StorageMetrics _metrics = metrics;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;
    private int _outages;
    private bool _retriedFailed;

    /// <summary>Dispatches until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = await RunGuardedAsync(cancellationToken);
            if (pause == _options.PollInterval)
            {
                await _database.Published.WaitAsync(pause, _clock, cancellationToken);
            }
            else
            {
                await Task.Delay(pause, _clock, cancellationToken);
            }
        }
    }

    private async Task<TimeSpan> RunGuardedAsync(CancellationToken cancellationToken)
    {
        try
        {
            var pause = await RoundAsync(cancellationToken);
            _outages = 0;
            return pause;
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or EventBusUnavailableException)
        {
            LogOutage(_logger, _database.Name, exception);
            return _options.DelayAfter(++_outages);
        }
#pragma warning disable CA1031 // The edge of the loop: a dispatcher that stops would keep every later event from leaving.
        catch (Exception exception) when (!IsStop(exception, cancellationToken))
#pragma warning restore CA1031
        {
            LogFailure(_logger, _database.Name, exception);
            return _options.DelayAfter(++_outages);
        }
    }

    /// <summary>Dispatches one batch.</summary>
    /// <returns>How long to pause before the next; the poll interval where nothing is left to do.</returns>
    private async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        await using var lease = await _database.TryLeaseAsync("outbox", cancellationToken);
        if (lease is null)
        {
            return WhileAnotherDispatches;
        }

        if (!_retriedFailed)
        {
            await _database.WriteAsync(unit => unit.RetryFailedEventsAsync(cancellationToken), cancellationToken);
            _retriedFailed = true;
        }

        var rows = await Outbox.PendingAsync(_database, BatchSize, cancellationToken);
        var batch = new Batch();
        try
        {
            foreach (var row in rows)
            {
                if (!await DispatchAsync(row, batch, cancellationToken))
                {
                    break;
                }
            }
        }
        finally
        {
            if (!batch.IsEmpty)
            {
                // Also on the way out of an outage or a shutdown: what was handed over need not go again.
                await Outbox.RecordAsync(_database, batch.Dispatched, batch.Failures, CancellationToken.None);
                _metrics.Dispatched(_database.Name, batch.Dispatched.Count);
            }
        }

        var counts = await Outbox.CountAsync(_database, cancellationToken);
        _metrics.Outbox(_database.Name, counts.Pending, counts.Failed);
        return batch.Pause ?? (rows.Count == BatchSize ? TimeSpan.Zero : _options.PollInterval);
    }

    /// <summary>Hands over one event.</summary>
    /// <returns>False if those behind it must wait.</returns>
    private async Task<bool> DispatchAsync(OutboxRow row, Batch batch, CancellationToken cancellationToken)
    {
        using var activity = StorageMetrics.Activities.StartActivity(
            $"dispatch {row.Name}",
            ActivityKind.Producer,
            row.TraceParent
        );
        try
        {
            await _bus.PublishAsync(row.ToEnvelope(_database.Name), cancellationToken);
            batch.Dispatched.Add(row.Sequence);
            return true;
        }
        catch (Exception exception)
            when (exception is not (DatabaseUnavailableException or EventBusUnavailableException)
                && !IsStop(exception, cancellationToken)
            )
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            return Failed(row, batch, exception);
        }
    }

    private static bool IsStop(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && cancellationToken.IsCancellationRequested;

    private bool Failed(OutboxRow row, Batch batch, Exception exception)
    {
        var attempts = row.Attempts + 1;
        var isSetAside = attempts >= _options.MaxAttempts;
        batch.Failures.Add(
            new OutboxFailure(
                row.Sequence,
                attempts,
                Outbox.Describe(exception),
                isSetAside ? _clock.GetUtcNow() : null
            )
        );
        if (isSetAside)
        {
            _metrics.SetAside(_database.Name);
            LogSetAside(_logger, row.Name, row.Id, _database.Name, attempts, exception);
            return true;
        }

        LogRetry(_logger, row.Name, row.Id, _database.Name, attempts, exception);
        batch.Pause = _options.DelayAfter(attempts);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of {Database} cannot be handed on now.")]
    private static partial void LogOutage(ILogger logger, string database, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The dispatcher of {Database} failed and tries again.")]
    private static partial void LogFailure(ILogger logger, string database, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Event {Event} {Id} of {Database} failed at attempt {Attempts} and is tried again."
    )]
    private static partial void LogRetry(
        ILogger logger,
        string @event,
        Guid id,
        string database,
        long attempts,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Event {Event} {Id} of {Database} failed {Attempts} times and is set aside in sillage_outbox."
    )]
    private static partial void LogSetAside(
        ILogger logger,
        string @event,
        Guid id,
        string database,
        long attempts,
        Exception exception
    );

    /// <summary>What became of the events of one round.</summary>
    private sealed class Batch
    {
        public List<long> Dispatched { get; } = [];

        public List<OutboxFailure> Failures { get; } = [];

        public TimeSpan? Pause { get; set; }

        public bool IsEmpty => Dispatched.Count == 0 && Failures.Count == 0;
    }
}
