using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage;

/// <summary>Removes, every hour, what storage keeps for a while only: replies to repeated requests, the inbox's memory.</summary>
internal sealed partial class Retention(ModuleDatabases databases, TimeProvider clock, ILogger<Retention> logger)
    : BackgroundService
{
    /// <summary>As long as the API promises that an Idempotency-Key is remembered.</summary>
    public static readonly TimeSpan Replies = TimeSpan.FromHours(24);

    /// <summary>Longer than any bus redelivers.</summary>
    public static readonly TimeSpan HandledEvents = TimeSpan.FromDays(30);

    private const int BatchSize = 1000;

    // In small portions: a writer that is busy for seconds is a writer that everyone waits for.
    private const string DeleteReplies = """
        DELETE FROM sillage_idempotency WHERE (scope, key_hash) IN
          (SELECT scope, key_hash FROM sillage_idempotency WHERE created_at < @Before LIMIT @Limit)
        """;

    private const string DeleteHandledEvents = """
        DELETE FROM sillage_inbox WHERE (event_id, handler) IN
          (SELECT event_id, handler FROM sillage_inbox WHERE handled_at < @Before LIMIT @Limit)
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Removes from one database what is past its time.</summary>
    public static async Task PurgeAsync(IDatabase database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await PurgeAsync(database, DeleteReplies, now - Replies, cancellationToken);
        await PurgeAsync(database, DeleteHandledEvents, now - HandledEvents, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            foreach (var database in databases.All)
            {
                await PurgeGuardedAsync(database, stoppingToken);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task PurgeGuardedAsync(ModuleDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            await PurgeAsync(database, clock.GetUtcNow(), cancellationToken);
        }
        catch (DatabaseUnavailableException exception)
        {
            LogPutOff(logger, database.Name, exception);
        }
    }

    private static async Task PurgeAsync(
        IDatabase database,
        string statement,
        DateTimeOffset before,
        CancellationToken cancellationToken
    )
    {
        var parameters = new { Before = before, Limit = BatchSize };
        int deleted;
        do
        {
            deleted = await database.WriteAsync(
                unit => unit.ExecuteAsync(statement, parameters, cancellationToken),
                cancellationToken
            );
        } while (deleted == BatchSize);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Purging {Database} is put off for an hour.")]
    private static partial void LogPutOff(ILogger logger, string database, Exception exception);
}
