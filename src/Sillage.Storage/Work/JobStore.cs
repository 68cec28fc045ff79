using System.Diagnostics;
using System.Text.Json;
using Sillage.Storage.Mapping;

namespace Sillage.Storage.Work;

/// <summary>The statements of the table of jobs.</summary>
internal static class JobStore
{
    private const string Values = """
        INSERT INTO sillage_job (id, kind, key, arguments, queued_at, due_at, trace_parent)
        VALUES (@Id, @Kind, @Key, @Arguments, @Now, @DueAt, @TraceParent)
        ON CONFLICT (kind, key) WHERE key IS NOT NULL
        """;

    private const string Insert = $"""
        {Values} DO UPDATE SET asked = sillage_job.asked + 1, arguments = excluded.arguments,
          due_at = CASE WHEN excluded.due_at < sillage_job.due_at OR sillage_job.parked_at IS NOT NULL
            THEN excluded.due_at ELSE sillage_job.due_at END,
          attempts = CASE WHEN sillage_job.parked_at IS NULL THEN sillage_job.attempts ELSE 0 END, parked_at = NULL
        """;

    private const string InsertRecurring = $"{Values} DO NOTHING";

    private const string IsWaiting = "kind = @Kind AND lease IS NULL AND parked_at IS NULL";

    private const string SelectNext = $"SELECT min(due_at) FROM sillage_job WHERE {IsWaiting}";

    private const string CountRunning = "SELECT count(*) FROM sillage_job WHERE kind = @Kind AND lease IS NOT NULL";

    private static readonly Sql Take = new(
        TakeUntil("NULL"),
        TakeUntil("clock_timestamp() + @Seconds * interval '1 s'")
    );

    // By the engine's clock: those of the processes may differ.
    private const string Renew = """
        UPDATE sillage_job SET leased_until = clock_timestamp() + @Seconds * interval '1 s'
        WHERE id = @Id AND lease = @Lease
        """;

    private const string IsLost = "lease IS NOT NULL AND leased_until < clock_timestamp()";

    private const string CountLost = $"SELECT count(*) FROM sillage_job WHERE {IsLost}";

    private const string Release = "UPDATE sillage_job SET lease = NULL, leased_until = NULL WHERE";

    private const string Delete = "DELETE FROM sillage_job WHERE id = @Id AND lease = @Lease AND asked = @Asked";

    // Asked for again meanwhile, it is due at once.
    private const string PutBack = """
        UPDATE sillage_job SET lease = NULL, leased_until = NULL, attempts = 0, error = NULL,
          due_at = CASE WHEN asked = @Asked THEN @DueAt ELSE @Now END, progress = CASE WHEN @GoesOn THEN progress END
        WHERE id = @Id AND lease = @Lease
        """;

    private const string Fail = """
        UPDATE sillage_job SET lease = NULL, leased_until = NULL, attempts = @Attempts, due_at = @DueAt,
          error = coalesce(@Error, error), parked_at = @ParkedAt
        WHERE id = @Id AND lease = @Lease
        """;

    private const string Count = """
        SELECT kind,
          count(*) FILTER (WHERE lease IS NULL AND parked_at IS NULL AND due_at <= @Now) AS waiting,
          count(*) FILTER (WHERE lease IS NOT NULL) AS running, count(parked_at) AS parked,
          min(due_at) FILTER (WHERE lease IS NULL AND parked_at IS NULL AND due_at <= @Now) AS oldest
        FROM sillage_job GROUP BY kind
        """;

    public static Task AddAsync<TJob>(
        IUnitOfWork unit,
        TJob job,
        DateTimeOffset now,
        DateTimeOffset? dueAt,
        CancellationToken ct
    )
        where TJob : IJob
    {
        var arguments = JsonSerializer.Serialize(job, EventJson.Options);
        return unit.ExecuteAsync(Insert, NewRow(TJob.Kind, job.Key, arguments, now, dueAt ?? now), ct);
    }

    /// <summary>Sees to it that what recurs is there.</summary>
    public static Task AddRecurringAsync(IUnitOfWork unit, WorkKind kind, DateTimeOffset now, CancellationToken ct) =>
        unit.ExecuteAsync(
            InsertRecurring,
            NewRow(kind.Name, IRecurringJob.OnlyKey, "{}", now, kind.Options.NextAfter(now)),
            ct
        );

    /// <summary>When the next job of a kind is due; null if none waits.</summary>
    public static Task<DateTimeOffset?> NextAsync(IReader reader, string kind, CancellationToken ct) =>
        reader.ScalarAsync<DateTimeOffset?>(SelectNext, new { Kind = kind }, ct);

    /// <summary>Takes as many jobs of a kind as its limit leaves room for.</summary>
    /// <returns>The jobs, and when to look again; null if that is when a job has ended.</returns>
    public static async Task<(IReadOnlyList<JobRow> Taken, DateTimeOffset? Next)> TakeAsync(
        IUnitOfWork unit,
        WorkKind kind,
        bool isRung,
        DateTimeOffset now,
        TimeSpan lease,
        CancellationToken ct
    )
    {
        // The limit holds for all processes together: one counts at a time.
        await unit.LockAsync($"work {kind.Name}", ct);
        var running = await unit.ScalarAsync<long>(CountRunning, new { Kind = kind.Name }, ct);
        var room = kind.Options.Limit - running;
        if (room <= 0)
        {
            return ([], null);
        }

        var which = new
        {
            Kind = kind.Name,
            Rung = isRung,
            Now = now,
            Room = room,
            Lease = Guid.CreateVersion7(now),
            Seconds = lease.TotalSeconds,
        };
        var taken = await unit.QueryAsync<JobRow>(Take, which, ct);
        return (taken, taken.Count < room ? await NextAsync(unit, kind.Name, ct) : null);
    }

    /// <summary>Keeps a job for this process a while longer.</summary>
    /// <returns>False if it is another one's by now.</returns>
    public static async Task<bool> RenewAsync(IUnitOfWork unit, JobRow job, TimeSpan lease, CancellationToken ct) =>
        await unit.ExecuteAsync(
            Renew,
            new
            {
                job.Id,
                job.Lease,
                Seconds = lease.TotalSeconds,
            },
            ct
        ) > 0;

    /// <summary>Gives back what processes hold that are not heard of any more.</summary>
    public static async Task ReleaseLostAsync(IDatabase database, CancellationToken ct)
    {
        if (await database.ReadAsync(reader => reader.ScalarAsync<long>(CountLost, null, ct), ct) > 0)
        {
            await database.WriteAsync(unit => unit.ExecuteAsync($"{Release} {IsLost}", null, ct), ct);
        }
    }

    /// <summary>Gives back everything: there is no other process.</summary>
    public static Task ReleaseAllAsync(IUnitOfWork unit, CancellationToken ct) =>
        unit.ExecuteAsync($"{Release} lease IS NOT NULL", null, ct);

    /// <summary>Marks a job as done, with its effect.</summary>
    /// <exception cref="LeaseLostException">It is another process's by now; the unit is rolled back.</exception>
    public static async Task FinishAsync(
        IUnitOfWork unit,
        WorkKind kind,
        JobRow job,
        WorkResult result,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        // The mark first: who has lost the job does not begin with the effect.
        var mark = new
        {
            job.Id,
            job.Lease,
            job.Asked,
            Now = now,
            DueAt = result.Pause is { } pause ? now + pause
            : kind.Options.Recurs ? kind.Options.NextAfter(now)
            : now,
            GoesOn = result.Pause is not null,
        };
        var isLast = result.Pause is null && !kind.Options.Recurs;
        var isMarked =
            (isLast && await unit.ExecuteAsync(Delete, mark, ct) > 0) || await unit.ExecuteAsync(PutBack, mark, ct) > 0;
        if (!isMarked)
        {
            throw new LeaseLostException();
        }

        if (result.Effect is { } effect)
        {
            await effect(unit);
        }
    }

    public static Task<int> FailAsync(IUnitOfWork unit, JobFailure failure, CancellationToken ct) =>
        unit.ExecuteAsync(Fail, failure, ct);

    public static Task<IReadOnlyList<JobCounts>> CountAsync(IReader reader, DateTimeOffset now, CancellationToken ct) =>
        reader.QueryAsync<JobCounts>(Count, new { Now = now }, ct);

    private static object NewRow(
        string kind,
        string? key,
        string arguments,
        DateTimeOffset now,
        DateTimeOffset dueAt
    ) =>
        new
        {
            Id = Guid.CreateVersion7(now),
            Kind = kind,
            Key = key,
            Arguments = arguments,
            Now = now,
            DueAt = dueAt,
            TraceParent = Activity.Current?.Id,
        };

    private static string TakeUntil(string time) =>
        $"""
            UPDATE sillage_job SET lease = @Lease, leased_until = {time}, attempts = attempts + 1
            WHERE id IN (
              SELECT id FROM sillage_job WHERE {IsWaiting} AND (due_at <= @Now OR @Rung) ORDER BY due_at, id LIMIT @Room)
            RETURNING id, arguments, attempts, asked, lease, progress, trace_parent
            """;
}
