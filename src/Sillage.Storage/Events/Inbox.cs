using System.Text;
using System.Text.Json;

namespace Sillage.Storage.Events;

/// <summary>An event as it waits in its subscriber's inbox.</summary>
internal sealed record InboxRow(
    long Sequence,
    Guid Id,
    string Name,
    long Version,
    string Source,
    string Key,
    DateTimeOffset OccurredAt,
    string Payload,
    string? TraceParent,
    long Attempts
);

/// <summary>How many events wait for their handlers or are parked, since when, and when the next attempt is due.</summary>
internal sealed record InboxCounts(long Waiting, long Parked, DateTimeOffset? Oldest, DateTimeOffset? NextAt);

/// <summary>The inbox's statements.</summary>
internal static class Inbox
{
    private const string Columns = "id, name, version, source, key, occurred_at, payload, trace_parent";

    private const string InsertOne = $"""
        INSERT INTO sillage_received ({Columns})
        VALUES (@Id, @Name, @Version, @Source, @Key, @OccurredAt, @Payload, @TraceParent)
        ON CONFLICT DO NOTHING
        """;

    // The key of an event that waits for its next attempt holds back those behind it; what is parked holds back nobody.
    private static readonly Sql SelectDue = new(
        Due("SELECT value FROM json_each(@Busy)"),
        Due("SELECT value FROM json_array_elements_text(@Busy::json) AS value")
    );

    private const string UpdateFailed = """
        UPDATE sillage_received SET attempts = @Attempts, error = @Error, next_at = @NextAt, parked_at = @ParkedAt
        WHERE sequence = @Sequence
        """;

    private const string DeleteOne = "DELETE FROM sillage_received WHERE sequence = @Sequence";

    private const string ReplayAll = """
        UPDATE sillage_received SET parked_at = NULL, next_at = NULL, attempts = 0 WHERE parked_at IS NOT NULL
        """;

    private const string SelectCounts = """
        SELECT count(*) - count(parked_at) AS waiting, count(parked_at) AS parked,
          min(CASE WHEN parked_at IS NULL THEN occurred_at END) AS oldest,
          min(CASE WHEN parked_at IS NULL THEN next_at END) AS next_at
        FROM sillage_received
        """;

    /// <summary>Puts events into the inbox of the module whose database it is; what is there already stays as it is.</summary>
    public static Task ReceiveAsync(
        ModuleDatabase database,
        IReadOnlyList<EventEnvelope> envelopes,
        CancellationToken ct
    ) =>
        database.WriteAsync(
            async unit =>
            {
                await InsertAsync(unit, "", envelopes, ct);
                unit.OnCommitted(database.Received.Set);
                return envelopes.Count;
            },
            ct
        );

    /// <summary>Puts events into an inbox; on PostgreSQL into that of any schema, with its point.</summary>
    public static async Task InsertAsync(
        IUnitOfWork unit,
        string schema,
        IReadOnlyList<EventEnvelope> envelopes,
        CancellationToken ct
    )
    {
        var rows = envelopes.Select(envelope => new
        {
            envelope.Id,
            envelope.Name,
            Version = (long)envelope.Version,
            envelope.Source,
            envelope.Key,
            envelope.OccurredAt,
            Payload = Encoding.UTF8.GetString(envelope.Payload.Span),
            envelope.TraceParent,
        });
        await unit.ExecuteEachAsync(new Sql(InsertOne, InsertInto(schema)), [.. rows], ct);
    }

    /// <summary>What may be handled now, save of the keys that are being handled.</summary>
    public static Task<IReadOnlyList<InboxRow>> DueAsync(
        IDatabase database,
        IEnumerable<string> busy,
        DateTimeOffset now,
        int limit,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Busy = JsonSerializer.Serialize(busy),
            Now = now,
            Limit = limit,
        };
        return database.ReadAsync(reader => reader.QueryAsync<InboxRow>(SelectDue, parameters, ct), ct);
    }

    public static Task<InboxCounts?> CountAsync(IDatabase database, CancellationToken ct) =>
        database.ReadAsync(reader => reader.FirstOrDefaultAsync<InboxCounts>(SelectCounts, ct: ct), ct);

    /// <summary>Ends an event that all its handlers have had.</summary>
    public static Task DeleteAsync(IUnitOfWork unit, InboxRow row, CancellationToken ct) =>
        unit.ExecuteAsync(DeleteOne, new { row.Sequence }, ct);

    /// <summary>Records a failed attempt.</summary>
    public static Task RecordAsync(IDatabase database, InboxFailure failure, CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(UpdateFailed, failure, ct), ct);

    /// <summary>Puts all parked events back.</summary>
    public static Task ReplayAllAsync(IDatabase database, CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(ReplayAll, null, ct), ct);

    private static string InsertInto(string schema) =>
        $"""
            INSERT INTO {schema}sillage_received ({Columns})
            SELECT {Columns}
            FROM unnest(@Id, @Name, @Version, @Source, @Key, @OccurredAt, @Payload, @TraceParent) WITH ORDINALITY AS e({Columns}, place)
            ORDER BY place ON CONFLICT DO NOTHING
            """;

    private static string Due(string busy) =>
        $"""
            SELECT sequence, {Columns}, attempts FROM sillage_received w
            WHERE parked_at IS NULL AND (next_at IS NULL OR next_at <= @Now) AND key NOT IN ({busy})
              AND NOT EXISTS (SELECT 1 FROM sillage_received e
                WHERE e.key = w.key AND e.next_at > @Now AND e.parked_at IS NULL)
            ORDER BY sequence LIMIT @Limit
            """;
}

/// <summary>A failed attempt, to be recorded: due again at a time, or parked.</summary>
internal sealed record InboxFailure(
    long Sequence,
    long Attempts,
    string Error,
    DateTimeOffset? NextAt,
    DateTimeOffset? ParkedAt
);
