namespace Sillage.Storage.Events;

/// <summary>An event that was parked: its handlers failed at every attempt.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Name">The event's name.</param>
/// <param name="Source">The module that published it.</param>
/// <param name="Key">What it happened to.</param>
/// <param name="OccurredAt">When it was published.</param>
/// <param name="ParkedAt">When it was parked.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Why it failed the last time.</param>
public sealed record ParkedEventRow(
    Guid Id,
    string Name,
    string Source,
    string Key,
    DateTimeOffset OccurredAt,
    DateTimeOffset ParkedAt,
    long Attempts,
    string Error
);

/// <summary>A module's parked events: to look at, to replay once the cause is mended, or to drop.</summary>
public static class ParkedEvents
{
    private const string Select = """
        SELECT id, name, source, key, occurred_at, parked_at, attempts, error FROM sillage_received
        WHERE parked_at IS NOT NULL ORDER BY id LIMIT @Limit
        """;

    private const string SelectAfter = """
        SELECT id, name, source, key, occurred_at, parked_at, attempts, error FROM sillage_received
        WHERE parked_at IS NOT NULL AND id > @After ORDER BY id LIMIT @Limit
        """;

    private const string SelectFrom = """
        SELECT id, name, source, key, occurred_at, parked_at, attempts, error FROM sillage_received
        WHERE parked_at IS NOT NULL AND id >= @After ORDER BY id LIMIT @Limit
        """;

    private const string Replay = """
        UPDATE sillage_received SET parked_at = NULL, next_at = NULL, attempts = 0
        WHERE parked_at IS NOT NULL AND id = @Id RETURNING name
        """;

    private const string Drop = "DELETE FROM sillage_received WHERE parked_at IS NOT NULL AND id = @Id RETURNING name";

    /// <summary>A page of them, in the order of their ids, which is that of their publication.</summary>
    /// <param name="reader">A snapshot of the module's data.</param>
    /// <param name="after">The last of the page read last; null for the first page.</param>
    /// <param name="includesIt">Whether that one belongs to this page, where it is parked here too.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Ends it early.</param>
    public static Task<IReadOnlyList<ParkedEventRow>> ReadParkedEventsAsync(
        this IReader reader,
        Guid? after,
        bool includesIt,
        int limit,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        var select =
            after is null ? Select
            : includesIt ? SelectFrom
            : SelectAfter;
        return reader.QueryAsync<ParkedEventRow>(select, new { After = after, Limit = (long)limit }, ct);
    }

    /// <summary>Puts one back: it is handled within moments, before those of its key that came since.</summary>
    /// <returns>The event's name; null if there is no such event.</returns>
    public static Task<string?> ReplayParkedEventAsync(this IUnitOfWork unit, Guid id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.ScalarAsync<string>(Replay, new { Id = id }, ct);
    }

    /// <summary>Drops one for good: this module will never have had it.</summary>
    /// <returns>The event's name; null if there is no such event.</returns>
    public static Task<string?> DropParkedEventAsync(this IUnitOfWork unit, Guid id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.ScalarAsync<string>(Drop, new { Id = id }, ct);
    }
}
