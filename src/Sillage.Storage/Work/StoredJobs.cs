using System.Text;

namespace Sillage.Storage.Work;

/// <summary>What a job waits for.</summary>
public enum JobState
{
    /// <summary>Its time, or its turn.</summary>
    Waiting,

    /// <summary>Its end: some process is at it.</summary>
    Running,

    /// <summary>An administrator: it has failed too often.</summary>
    Parked,
}

/// <summary>A job as an administrator sees it.</summary>
/// <param name="Id">Unique, and in the order in which jobs were asked for (UUIDv7).</param>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Of what there is one at a time; may be null.</param>
/// <param name="Arguments">What it needs, as JSON.</param>
/// <param name="QueuedAt">When it was asked for.</param>
/// <param name="DueAt">Not before this time.</param>
/// <param name="Attempts">How often it was begun and did not end well, the run at this moment included.</param>
/// <param name="IsRunning">Whether some process is at it.</param>
/// <param name="Progress">How far it is, as JSON; may be null.</param>
/// <param name="Error">What went wrong last; may be null.</param>
/// <param name="ParkedAt">Since when it is parked; null if it is not.</param>
public sealed record Job(
    Guid Id,
    string Kind,
    string? Key,
    string Arguments,
    DateTimeOffset QueuedAt,
    DateTimeOffset DueAt,
    long Attempts,
    bool IsRunning,
    string? Progress,
    string? Error,
    DateTimeOffset? ParkedAt
)
{
    /// <summary>What it waits for.</summary>
    public JobState State =>
        IsRunning ? JobState.Running
        : ParkedAt is null ? JobState.Waiting
        : JobState.Parked;
}

/// <summary>Which jobs to read; what is null does not narrow.</summary>
/// <param name="State">Only those in this state.</param>
/// <param name="Kind">Only those of this kind.</param>
/// <param name="After">Only those after this one: the last of the page read last.</param>
public sealed record JobFilter(JobState? State = null, string? Kind = null, Guid? After = null);

/// <summary>Looks at a module's jobs, and decides about those that are parked.</summary>
public static class StoredJobs
{
    private const string Select = """
        SELECT id, kind, key, arguments, queued_at, due_at, attempts, lease IS NOT NULL AS is_running, progress, error, parked_at
        FROM sillage_job WHERE 1 = 1
        """;

    private const string Retry = """
        UPDATE sillage_job SET parked_at = NULL, attempts = 0, due_at = queued_at WHERE id = @Id AND parked_at IS NOT NULL
        RETURNING kind
        """;

    private const string Drop = "DELETE FROM sillage_job WHERE id = @Id AND parked_at IS NOT NULL RETURNING kind";

    /// <summary>A page of the jobs, the oldest first.</summary>
    /// <param name="reader">A snapshot of the module's data.</param>
    /// <param name="filter">Which jobs.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Ends it early.</param>
    public static Task<IReadOnlyList<Job>> ReadJobsAsync(
        this IReader reader,
        JobFilter filter,
        int limit,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(filter);
        var sql = new StringBuilder(Select)
            .Append(
                filter.State switch
                {
                    JobState.Waiting => " AND lease IS NULL AND parked_at IS NULL",
                    JobState.Running => " AND lease IS NOT NULL",
                    JobState.Parked => " AND parked_at IS NOT NULL",
                    _ => "",
                }
            )
            .Append(filter.Kind is null ? "" : " AND kind = @Kind")
            .Append(filter.After is null ? "" : " AND id > @After")
            .Append(" ORDER BY id LIMIT @Limit");
        return reader.QueryAsync<Job>(
            sql.ToString(),
            new
            {
                filter.Kind,
                filter.After,
                Limit = (long)limit,
            },
            ct
        );
    }

    /// <summary>Has a parked job tried again, as if for the first time.</summary>
    /// <returns>Its kind; null if no such job is parked.</returns>
    public static Task<string?> RetryJobAsync(this IUnitOfWork unit, Guid id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.FirstOrDefaultAsync<string>(Retry, new { Id = id }, ct);
    }

    /// <summary>Gives up a parked job for good.</summary>
    /// <returns>Its kind; null if no such job is parked.</returns>
    public static Task<string?> DropJobAsync(this IUnitOfWork unit, Guid id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.FirstOrDefaultAsync<string>(Drop, new { Id = id }, ct);
    }
}
