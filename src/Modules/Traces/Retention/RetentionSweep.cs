using System.Text.Json;
using Sillage.Storage;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Retention;

/// <summary>
/// Works off a run, in chunks that each add to its counts in their own unit: the report is true at any moment, and what is
/// interrupted can be begun again.
/// </summary>
internal sealed class RetentionSweep(IDatabase<TracesData> database, TimeProvider clock)
{
    // Rejected traces come with all their bytes, which may be many.
    private const long QuarantineChunkRows = 100;
    private const long LateChunkRows = 250;

    // Whoever lengthens the retention, or lifts it, stops what is under way.
    private const string StillHolds = "SELECT count(*) FROM study WHERE key = @Study AND retention_days <= @Days";

    private const string SlugOf = "SELECT slug FROM study WHERE key = @Study";

    private static readonly Sql DeleteChunk = new(Delete("INDEXED BY trace_study"), Delete(""));

    private const string FindLate = """
        SELECT position, received_at FROM trace_late
        WHERE study = @Study AND received_at < @Cutoff ORDER BY received_at LIMIT @Limit
        """;

    private static readonly Sql DeleteThese = new(
        "DELETE FROM trace WHERE study = @Study AND position IN @Positions RETURNING participant",
        "DELETE FROM trace WHERE study = @Study AND position = ANY(@Positions) RETURNING participant"
    );

    private static readonly Sql DeleteLate = new(
        "DELETE FROM trace_late WHERE study = @Study AND received_at <= @Newest AND position IN @Positions",
        "DELETE FROM trace_late WHERE study = @Study AND received_at <= @Newest AND position = ANY(@Positions)"
    );

    private const string FindQuarantined = """
        SELECT position, received_at FROM quarantine
        WHERE study = @Study AND received_at < @Cutoff ORDER BY received_at LIMIT @Limit
        """;

    private static readonly Sql DeleteQuarantined = new(
        "DELETE FROM quarantine WHERE study = @Study AND position IN @Positions",
        "DELETE FROM quarantine WHERE study = @Study AND position = ANY(@Positions)"
    );

    private static readonly Sql Progress = new(
        """
        UPDATE retention_run SET traces = traces + @Traces, quarantined = quarantined + @Quarantined,
          oldest = min(coalesce(oldest, @Oldest), coalesce(@Oldest, oldest)),
          newest = max(coalesce(newest, @Newest), coalesce(@Newest, newest))
        WHERE id = @Id
        """,
        """
        UPDATE retention_run SET traces = traces + @Traces, quarantined = quarantined + @Quarantined,
          oldest = least(oldest, @Oldest), newest = greatest(newest, @Newest)
        WHERE id = @Id
        """
    );

    private const string Finish =
        "UPDATE retention_run SET finished_at = @Now, cut_short = @CutShort WHERE id = @Id AND finished_at IS NULL";

    private const string Read = $"SELECT {RetentionRow.Columns} FROM retention_run WHERE id = @Id";

    private sealed record Found(long Position, DateTimeOffset ReceivedAt);

    /// <summary>Removes what the run is for, and ends it.</summary>
    /// <returns>The run as it ended; null if it is gone, as is its study.</returns>
    public async Task<RetentionRow?> RunAsync(RetentionRow run, CancellationToken ct)
    {
        var whole =
            await RemoveTracesAsync(run, ct)
            && await RepeatAsync(run, unit => RemoveLateAsync(unit, run, ct), ct)
            && await RepeatAsync(run, unit => RemoveQuarantinedAsync(unit, run, ct), ct);
        return await database.WriteAsync(unit => FinishAsync(unit, run, cutShort: !whole, ct), ct);
    }

    /// <summary>Removes along the walk.</summary>
    /// <returns>False if the run is to end here.</returns>
    private async Task<bool> RemoveTracesAsync(RetentionRow run, CancellationToken ct)
    {
        var after = 0L;
        while (true)
        {
            // What is to go is found before the writer is asked for.
            var from = after;
            var step = await database.ReadAsync(r => Expired.WalkAsync(r, run.Study, run.Cutoff, from, ct), ct);
            if (!step.LeadsOn)
            {
                return true;
            }

            var holds = await database.WriteAsync(
                async unit =>
                {
                    if (!await HoldsAsync(unit, run, ct))
                    {
                        return false;
                    }

                    var range = new
                    {
                        Study = run.Study,
                        Cutoff = run.Cutoff,
                        After = from,
                        Last = step.Last,
                    };
                    var rows = await DeleteTracesAsync(unit, run, DeleteChunk, range, ct);
                    await ReportAsync(unit, run, step.Past with { Count = rows }, quarantined: 0, ct);
                    return true;
                },
                ct
            );
            if (!holds)
            {
                return false;
            }

            after = step.Last!.Value;
        }
    }

    /// <summary>Repeats a unit until it finds nothing more.</summary>
    /// <returns>False if the run is to end here.</returns>
    private async Task<bool> RepeatAsync(RetentionRow run, Func<IUnitOfWork, Task<bool>> remove, CancellationToken ct)
    {
        while (true)
        {
            var found = await database.WriteAsync<bool?>(
                async unit => await HoldsAsync(unit, run, ct) ? await remove(unit) : null,
                ct
            );
            if (found is not true)
            {
                return found is not null;
            }
        }
    }

    private static async Task<bool> RemoveLateAsync(IUnitOfWork unit, RetentionRow run, CancellationToken ct)
    {
        var found = await FindAsync(unit, FindLate, run, LateChunkRows, ct);
        if (found.Count > 0)
        {
            var parameters = new
            {
                Study = run.Study,
                Newest = found[^1].ReceivedAt,
                Positions = found.Select(f => f.Position).ToArray(),
            };
            var rows = await DeleteTracesAsync(unit, run, DeleteThese, parameters, ct);
            await unit.ExecuteAsync(DeleteLate, parameters, ct);
            await ReportAsync(
                unit,
                run,
                rows > 0 ? PastOf(found) with { Count = rows } : Past.None,
                quarantined: 0,
                ct
            );
        }

        return found.Count > 0;
    }

    private static async Task<bool> RemoveQuarantinedAsync(IUnitOfWork unit, RetentionRow run, CancellationToken ct)
    {
        var found = await FindAsync(unit, FindQuarantined, run, QuarantineChunkRows, ct);
        if (found.Count > 0)
        {
            var these = new { Study = run.Study, Positions = found.Select(f => f.Position).ToArray() };
            var rows = await unit.ExecuteAsync(DeleteQuarantined, these, ct);
            await ReportAsync(unit, run, PastOf(found) with { Count = 0 }, rows, ct);
        }

        return found.Count > 0;
    }

    /// <summary>Whatever retention takes away goes here: what is derived from traces is told in this unit.</summary>
    private static async Task<int> DeleteTracesAsync(
        IUnitOfWork unit,
        RetentionRow run,
        Sql sql,
        object which,
        CancellationToken ct
    )
    {
        var whose = await unit.QueryAsync<long?>(sql, which, ct);
        await Tallies.ForgetAsync(unit, run.Study, [.. whose.OfType<long>().Distinct()], ct);
        return whose.Count;
    }

    private static Task<IReadOnlyList<Found>> FindAsync(
        IUnitOfWork unit,
        string sql,
        RetentionRow run,
        long limit,
        CancellationToken ct
    ) =>
        unit.QueryAsync<Found>(
            sql,
            new
            {
                Study = run.Study,
                Cutoff = run.Cutoff,
                Limit = limit,
            },
            ct
        );

    private static Past PastOf(IReadOnlyList<Found> found) =>
        new(found.Count, found.Min(f => f.ReceivedAt), found.Max(f => f.ReceivedAt));

    private static async Task<bool> HoldsAsync(IUnitOfWork unit, RetentionRow run, CancellationToken ct) =>
        await unit.ScalarAsync<long>(StillHolds, run, ct) > 0;

    private static Task<int> ReportAsync(
        IUnitOfWork unit,
        RetentionRow run,
        Past traces,
        long quarantined,
        CancellationToken ct
    ) =>
        unit.ExecuteAsync(
            Progress,
            new
            {
                Id = run.Id,
                Traces = traces.Count,
                Quarantined = quarantined,
                Oldest = traces.Oldest,
                Newest = traces.Newest,
            },
            ct
        );

    /// <summary>Ends the run; null if it is gone.</summary>
    private async Task<RetentionRow?> FinishAsync(
        IUnitOfWork unit,
        RetentionRow run,
        bool cutShort,
        CancellationToken ct
    )
    {
        var end = new
        {
            Id = run.Id,
            Now = clock.GetUtcNow(),
            CutShort = cutShort,
        };
        if (await unit.ExecuteAsync(Finish, end, ct) == 0)
        {
            return null;
        }

        var done = (await unit.FirstOrDefaultAsync<RetentionRow>(Read, end, ct))!;
        var slug = await unit.ScalarAsync<string>(SlugOf, run, ct);
        var details = JsonSerializer.Serialize(
            new
            {
                run = run.Id,
                days = run.Days,
                cutoff = run.Cutoff.UtcDateTime,
                traces = done.Traces,
                quarantined = done.Quarantined,
                cutShort,
            }
        );
        await unit.AuditAsync(new AuditEntry("retention.removed", run.Actor, slug ?? "", details), ct);
        return done;
    }

    private static string Delete(string index) =>
        $"""
            DELETE FROM trace {index}
            WHERE study = @Study AND position > @After AND position <= @Last AND received_at < @Cutoff
            RETURNING participant
            """;
}
