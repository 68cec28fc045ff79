using System.Text;
using System.Text.Json;

namespace Sillage.Storage.Events;

/// <summary>An event as it waits in the outbox.</summary>
internal sealed record OutboxRow(
    long Sequence,
    Guid Id,
    string Name,
    DateTimeOffset OccurredAt,
    string Payload,
    string? TraceParent,
    long Attempts
)
{
    public EventEnvelope ToEnvelope(string source) =>
        new(Id, Name, source, OccurredAt, Encoding.UTF8.GetBytes(Payload), TraceParent);
}

/// <summary>The outbox's statements.</summary>
internal static class Outbox
{
    private const int LongestError = 2000;

    private const string SelectPending = """
        SELECT sequence, id, name, occurred_at, payload, trace_parent, attempts
        FROM sillage_outbox WHERE failed_at IS NULL ORDER BY sequence LIMIT @Limit
        """;

    // By number, never "up to": on PostgreSQL a unit that took a lower number may commit later than one with a higher.
    private static readonly Sql DeleteDispatched = new(
        "DELETE FROM sillage_outbox WHERE sequence IN (SELECT value FROM json_each(@Sequences))",
        """
        DELETE FROM sillage_outbox
        WHERE sequence IN (SELECT value::bigint FROM json_array_elements_text(@Sequences::json) AS value)
        """
    );

    private const string UpdateFailed = """
        UPDATE sillage_outbox SET attempts = @Attempts, error = @Error, failed_at = @FailedAt WHERE sequence = @Sequence
        """;

    private const string SelectCounts = """
        SELECT count(*) - count(failed_at) AS pending, count(failed_at) AS failed FROM sillage_outbox
        """;

    public static Task<IReadOnlyList<OutboxRow>> PendingAsync(
        IDatabase database,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            reader => reader.QueryAsync<OutboxRow>(SelectPending, new { Limit = limit }, cancellationToken),
            cancellationToken
        );

    public static Task<OutboxCounts> CountAsync(IDatabase database, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async reader =>
                await reader.FirstOrDefaultAsync<OutboxCounts>(SelectCounts, cancellationToken: cancellationToken)
                ?? new OutboxCounts(0, 0),
            cancellationToken
        );

    /// <summary>Records, in one unit, what became of a batch.</summary>
    public static Task RecordAsync(
        IDatabase database,
        IReadOnlyCollection<long> dispatched,
        IReadOnlyCollection<OutboxFailure> failures,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            async unit =>
            {
                if (dispatched.Count > 0)
                {
                    var parameters = new { Sequences = JsonSerializer.Serialize(dispatched) };
                    await unit.ExecuteAsync(DeleteDispatched, parameters, cancellationToken);
                }

                foreach (var failure in failures)
                {
                    await unit.ExecuteAsync(UpdateFailed, failure, cancellationToken);
                }

                return dispatched.Count;
            },
            cancellationToken
        );

    /// <summary>What is kept of an error: enough to find its cause, bounded, and without what PostgreSQL cannot store.</summary>
    public static string Describe(Exception exception)
    {
        var text = $"{exception.GetType().Name}: {exception.Message}".Replace('\0', ' ');
        return text.Length <= LongestError ? text : text[..LongestError];
    }
}

/// <summary>A failed attempt, to be recorded; set aside if it has a time.</summary>
internal sealed record OutboxFailure(long Sequence, long Attempts, string Error, DateTimeOffset? FailedAt);

/// <summary>How many events wait, and how many were set aside.</summary>
internal sealed record OutboxCounts(long Pending, long Failed);
