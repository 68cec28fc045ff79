using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sillage.Storage.Events;

/// <summary>
/// Subscribes the registered handlers once every database is open, and dispatches the outboxes once everything has
/// started, so that no event goes out before its subscribers are there.
/// </summary>
internal sealed class EventDelivery(
    ModuleDatabases databases,
    IEnumerable<EventSubscription> subscriptions,
    IEventBus bus,
    IServiceProvider services,
    IOptions<OutboxOptions> options,
    StorageMetrics metrics,
    TimeProvider clock,
    ILogger<EventDelivery> logger
) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IAsyncDisposable> _subscribed = [];
    private Task _dispatching = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in subscriptions)
        {
            var database = databases.Of(subscription.Module);
            _subscribed.Add(
                await bus.SubscribeAsync(
                    $"{database.Name}.{subscription.HandlerName}",
                    subscription.EventName,
                    (envelope, token) => subscription.HandleAsync(envelope, services, database, clock, token),
                    cancellationToken
                )
            );
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _dispatching = Task.WhenAll(
            databases.All.Select(database => Task.Run(() => DispatchAsync(database), CancellationToken.None))
        );
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _dispatching;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in _subscribed)
        {
            await subscription.DisposeAsync();
        }

        _subscribed.Clear();
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task DispatchAsync(ModuleDatabase database)
    {
        var dispatcher = new OutboxDispatcher(database, bus, options.Value, metrics, clock, logger);
        try
        {
            await dispatcher.RunAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopping is how it ends.
        }
    }
}
