using System.Text;
using System.Text.Json;

namespace Sillage.Storage.Events;

/// <summary>An event as it waits in the outbox.</summary>
internal sealed record OutboxRow(
    long Sequence,
    Guid Id,
    string Name,
    long Version,
    string Key,
    DateTimeOffset OccurredAt,
    string Payload,
    string? TraceParent
)
{
    public EventEnvelope ToEnvelope(string source) =>
        new(Id, Name, (int)Version, source, Key, OccurredAt, Encoding.UTF8.GetBytes(Payload), TraceParent);
}

/// <summary>The outbox's statements. It only carries: what becomes of an event is its subscribers' affair.</summary>
internal static class Outbox
{
    private const string SelectPending = """
        SELECT sequence, id, name, version, key, occurred_at, payload, trace_parent
        FROM sillage_outbox ORDER BY sequence LIMIT @Limit
        """;

    // By number, never "up to": on PostgreSQL a unit that took a lower number may commit later than one with a higher.
    private static readonly Sql DeleteDispatched = new(
        "DELETE FROM sillage_outbox WHERE sequence IN (SELECT value FROM json_each(@Sequences))",
        """
        DELETE FROM sillage_outbox
        WHERE sequence IN (SELECT value::bigint FROM json_array_elements_text(@Sequences::json) AS value)
        """
    );

    private const string SelectCounts = """
        SELECT count(*) AS waiting, min(occurred_at) AS oldest FROM sillage_outbox
        """;

    public static Task<IReadOnlyList<OutboxRow>> PendingAsync(IDatabase database, int limit, CancellationToken ct) =>
        database.ReadAsync(reader => reader.QueryAsync<OutboxRow>(SelectPending, new { Limit = limit }, ct), ct);

    public static Task<OutboxCounts?> CountAsync(IDatabase database, CancellationToken ct) =>
        database.ReadAsync(reader => reader.FirstOrDefaultAsync<OutboxCounts>(SelectCounts, ct: ct), ct);

    public static Task DeleteAsync(IDatabase database, IEnumerable<OutboxRow> dispatched, CancellationToken ct)
    {
        var parameters = new { Sequences = JsonSerializer.Serialize(dispatched.Select(row => row.Sequence)) };
        return database.WriteAsync(unit => unit.ExecuteAsync(DeleteDispatched, parameters, ct), ct);
    }
}

/// <summary>How many events wait to be handed over, and since when.</summary>
internal sealed record OutboxCounts(long Waiting, DateTimeOffset? Oldest);
