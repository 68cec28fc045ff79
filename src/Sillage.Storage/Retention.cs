using Microsoft.Extensions.Options;
using Sillage.Storage.Work;

namespace Sillage.Storage;

/// <summary>Removes from a module's database what storage keeps there for a while only.</summary>
internal sealed record Purge : IRecurringJob
{
    public static string Kind => "storage.purge";
}

/// <summary>Rows of a module's own that its database keeps for a while only; see <see cref="StorageRegistration.AddRetention"/>.</summary>
internal sealed record KeptRows<TModule>(string Delete, TimeSpan Keep);

/// <summary>
/// Removes, every hour, what is kept for a while only: of storage itself replies to repeated requests, the inbox's memory and the audit trail, of a
/// module what it names.
/// </summary>
internal static class Retention
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

    // The ids are in the order of time: what is old enough stands at the beginning, and nothing else is looked at.
    private const string DeleteAudit = """
        DELETE FROM sillage_audit WHERE id IN
          (SELECT id FROM sillage_audit WHERE id < @FirstId AND at < @Before ORDER BY id LIMIT @Limit)
        """;

    /// <summary>Removes from one database what is past its time.</summary>
    public static async Task PurgeAsync(
        IDatabase database,
        DateTimeOffset now,
        TimeSpan keepAudit,
        CancellationToken ct
    )
    {
        await PurgeAsync(database, DeleteReplies, now - Replies, ct);
        await PurgeAsync(database, DeleteHandledEvents, now - HandledEvents, ct);
        await PurgeAsync(database, DeleteAudit, now - keepAudit, ct);
    }

    /// <summary>Removes what a statement names and is from before a time, a portion at a time.</summary>
    public static async Task PurgeAsync(
        IDatabase database,
        string statement,
        DateTimeOffset before,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Before = before,
            FirstId = Guid.CreateVersion7(before),
            Limit = BatchSize,
        };
        int deleted;
        do
        {
            deleted = await database.WriteAsync(unit => unit.ExecuteAsync(statement, parameters, ct), ct);
        } while (deleted == BatchSize);
    }
}

/// <inheritdoc cref="Retention"/>
internal sealed class Purging<TModule>(
    IDatabase<TModule> database,
    IEnumerable<KeptRows<TModule>> rows,
    IOptions<StorageOptions> options,
    TimeProvider clock
) : IWork<Purge>
{
    public async Task<WorkResult> RunAsync(Purge job, WorkRun run, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await Retention.PurgeAsync(database, now, options.Value.KeepAudit, ct);
        foreach (var kept in rows)
        {
            await Retention.PurgeAsync(database, kept.Delete, now - kept.Keep, ct);
        }

        return WorkResult.Done;
    }
}
