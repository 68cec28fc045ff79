using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Storage.Events;
using Sillage.Storage.Postgres;

namespace Sillage.Storage;

/// <summary>
/// Registers the modules and their inboxes once every database is open, and runs dispatchers and pumps once everything has
/// started, so that no event goes out before its subscribers are there.
/// </summary>
internal sealed partial class EventDelivery(
    ModuleDatabases databases,
    LocalModules modules,
    IEnumerable<EventSubscription> subscriptions,
    IEventBus bus,
    IDeployment deployment,
    UnheardEvents unheard,
    IServiceProvider services,
    IOptions<EventOptions> options,
    StorageMetrics metrics,
    TimeProvider clock,
    ILogger<EventDelivery> logger
) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IAsyncDisposable> _subscribed = [];
    private Task _running = Task.CompletedTask;

    public Task StartingAsync(CancellationToken ct) => Task.CompletedTask;

    public async Task StartAsync(CancellationToken ct)
    {
        if (deployment is PostgresDeployment shared && modules.All.Count > 0)
        {
            await shared.RegisterAsync(ct);
        }

        if (await unheard.FindAsync(ct) is { Count: > 0 } names)
        {
            unheard.AtStart = names;
            LogUnheard(logger, string.Join(", ", names));
        }

        foreach (var module in modules.All.Where(module => module.Subscriptions.Count > 0))
        {
            var database = databases.All.First(database => database.Name == module.Name);
            _subscribed.Add(
                await bus.SubscribeAsync(
                    Subscriber(database),
                    module.Subscriptions,
                    (envelopes, token) => Inbox.ReceiveAsync(database, envelopes, token),
                    ct
                )
            );
        }
    }

    public Task StartedAsync(CancellationToken ct)
    {
        var loops = databases.All.Select(DispatchAsync).Concat(databases.All.Select(PumpAsync));
        if (deployment is PostgresDeployment shared && modules.All.Count > 0)
        {
            var wakeups = new PostgresWakeups(databases, options.Value, clock, logger);
            loops = loops.Append(wakeups.RunAsync).Append(token => BeatAsync(shared, token));
        }

        _running = Task.WhenAll(loops.Select(loop => Task.Run(() => UntilStoppedAsync(loop), CancellationToken.None)));
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken ct)
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public async Task StopAsync(CancellationToken ct)
    {
        foreach (var subscription in _subscribed)
        {
            await subscription.DisposeAsync();
        }

        _subscribed.Clear();
    }

    public Task StoppedAsync(CancellationToken ct) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    /// <summary>
    /// The module's name. What outlives a restore is in every database of a deployment, and hears of everything in each: where a broker joins
    /// several, its name says which it is.
    /// </summary>
    private string Subscriber(ModuleDatabase database) =>
        bus.ReachesElsewhere && database.Registration.Survivor is not null
            ? $"{database.Name}-{databases.Place}"
            : database.Name;

    private Func<CancellationToken, Task> DispatchAsync(ModuleDatabase database)
    {
        metrics.Begin(database.Name);
        return new OutboxDispatcher(database, bus, options.Value, metrics, clock, logger).RunAsync;
    }

    private Func<CancellationToken, Task> PumpAsync(ModuleDatabase database)
    {
        var own = subscriptions.Where(subscription => subscription.Module == database.Registration.Module);
        var handling = new EventHandling(database, [.. own], services, options.Value, metrics, clock, logger);
        return async ct =>
        {
            using var pump = new EventPump(database, handling, options.Value, metrics, clock, logger);
            await pump.RunAsync(ct);
        };
    }

    private async Task BeatAsync(PostgresDeployment shared, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.Value.Heartbeat, clock);
        while (await timer.WaitForNextTickAsync(ct))
        {
            try
            {
                await shared.BeatAsync(ct);
            }
            catch (DatabaseUnavailableException exception)
            {
                LogNoHeartbeat(logger, exception);
            }
        }
    }

    private async Task UntilStoppedAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopping is how it ends.
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Modules here listen to {Events}, which no module of this deployment publishes so far."
    )]
    private static partial void LogUnheard(ILogger logger, string events);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No heartbeat of this process's modules could be written.")]
    private static partial void LogNoHeartbeat(ILogger logger, Exception exception);
}
