using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Events;

/// <summary>Has one event handled by all of a module's handlers of it, and records what failed.</summary>
internal sealed partial class EventHandling(
    ModuleDatabase database,
    IReadOnlyList<EventSubscription> subscriptions,
    IServiceProvider services,
    EventOptions options,
    StorageMetrics metrics,
    TimeProvider clock,
    ILogger logger
)
{
    private readonly ILookup<string, EventSubscription> _handlers = subscriptions.ToLookup(
        subscription => subscription.EventName,
        StringComparer.Ordinal
    );

    private readonly ModuleDatabase _database = database;
    private readonly IServiceProvider _services = services;
    private readonly EventOptions _options = options;
    private readonly StorageMetrics _metrics = metrics;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;

    /// <summary>Handles an event.</summary>
    /// <returns>False if it is to be tried again and those behind it, of its key, must wait.</returns>
    /// <exception cref="DatabaseUnavailableException">No fault of the event: it does not count as an attempt.</exception>
    public async Task<bool> HandleAsync(InboxRow row, CancellationToken ct)
    {
        using var activity = StorageMetrics.Activities.StartActivity(
            $"handle {row.Name}",
            ActivityKind.Consumer,
            row.TraceParent
        );
        var handlers = _handlers[row.Name].ToArray();
        var failure = await RunAsync(row, handlers, ct);
        if (failure is not null)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            return await FailedAsync(row, failure);
        }

        if (handlers.Length != 1)
        {
            // None: this version of the module does not listen any more.
            await _database.WriteAsync(
                async unit =>
                {
                    await Inbox.DeleteAsync(unit, row, ct);
                    return true;
                },
                CancellationToken.None
            );
        }

        return true;
    }

    /// <summary>Runs each handler, also when one before it has failed: one does not keep the event from another.</summary>
    private async Task<Exception?> RunAsync(InboxRow row, EventSubscription[] handlers, CancellationToken ct)
    {
        Exception? failure = null;
        foreach (var handler in handlers)
        {
            try
            {
                var isOnly = handlers.Length == 1;
                await handler.HandleAsync(row, isOnly, _services, _database, _clock.GetUtcNow(), ct);
            }
#pragma warning disable CA1031 // Whatever a handler throws is the event's failure, and recorded as such.
            catch (Exception exception)
                when (exception is not DatabaseUnavailableException
                    && !(exception is OperationCanceledException && ct.IsCancellationRequested)
                )
#pragma warning restore CA1031
            {
                failure ??= exception;
            }
        }

        return failure;
    }

    private async Task<bool> FailedAsync(InboxRow row, Exception exception)
    {
        var attempts = row.Attempts + 1;
        var now = _clock.GetUtcNow();
        var isParked = attempts >= _options.MaxAttempts;
        await Inbox.RecordAsync(
            _database,
            new InboxFailure(
                row.Sequence,
                attempts,
                FailureText.Of(exception),
                isParked ? null : now + _options.Backoff.After(attempts),
                isParked ? now : null
            ),
            CancellationToken.None
        );
        if (isParked)
        {
            _metrics.Parked(_database.Name);
            LogParked(_logger, row.Name, row.Id, _database.Name, attempts, exception);
        }
        else
        {
            LogRetry(_logger, row.Name, row.Id, _database.Name, attempts, exception);
        }

        return isParked;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Event {Event} {Id} failed in {Database} at attempt {Attempts} and is tried again."
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
        Message = "Event {Event} {Id} failed in {Database} {Attempts} times and is parked: see GET /api/v1/events/parked."
    )]
    private static partial void LogParked(
        ILogger logger,
        string @event,
        Guid id,
        string database,
        long attempts,
        Exception exception
    );
}
