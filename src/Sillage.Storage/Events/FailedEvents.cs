namespace Sillage.Storage.Events;

/// <summary>An event that was set aside.</summary>
/// <param name="Sequence">Its place in the outbox.</param>
/// <param name="Id">The event's id.</param>
/// <param name="Name">The event's name.</param>
/// <param name="OccurredAt">When it was published.</param>
/// <param name="FailedAt">When it was set aside.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Why it failed the last time.</param>
public sealed record FailedEvent(
    long Sequence,
    Guid Id,
    string Name,
    DateTimeOffset OccurredAt,
    DateTimeOffset FailedAt,
    long Attempts,
    string Error
);

/// <summary>Events set aside after the last attempt: to look at, and to send again once the cause is mended.</summary>
public static class FailedEvents
{
    private const string Select = """
        SELECT sequence, id, name, occurred_at, failed_at, attempts, error FROM sillage_outbox
        WHERE failed_at IS NOT NULL AND sequence > @After ORDER BY sequence LIMIT @Limit
        """;

    private const string Retry = """
        UPDATE sillage_outbox SET failed_at = NULL, attempts = 0 WHERE failed_at IS NOT NULL AND sequence = @Sequence
        """;

    private const string RetryAll =
        "UPDATE sillage_outbox SET failed_at = NULL, attempts = 0 WHERE failed_at IS NOT NULL";

    /// <summary>A page of them, oldest first, after the given place in the outbox (0 for the start).</summary>
    public static Task<IReadOnlyList<FailedEvent>> ReadFailedEventsAsync(
        this IReader reader,
        long after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.QueryAsync<FailedEvent>(Select, new { After = after, Limit = (long)limit }, cancellationToken);
    }

    /// <summary>Puts one back: it goes out again with the next round, before the events published since.</summary>
    /// <returns>False if there is no such event.</returns>
    public static async Task<bool> RetryFailedEventAsync(
        this IUnitOfWork unit,
        long sequence,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(unit);
        return await unit.ExecuteAsync(Retry, new { Sequence = sequence }, cancellationToken) > 0;
    }

    /// <summary>Puts all of them back, as every start does: a new start is the likeliest moment for the cause to be mended.</summary>
    /// <returns>How many there were.</returns>
    public static Task<int> RetryFailedEventsAsync(this IUnitOfWork unit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.ExecuteAsync(RetryAll, null, cancellationToken);
    }
}
