using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Storage;

namespace Sillage.Traces.Retention;

/// <summary>
/// Removes what studies no longer keep: at start, then once an interval, and when somebody asks for it; in one process at a
/// time. It goes in chunks, so that no one waits for the writer meanwhile; what a stop interrupts goes on after the next start.
/// </summary>
internal sealed partial class RetentionWorker(
    IDatabase<TracesModule> database,
    RetentionRuns runs,
    IOptions<TracesOptions> options,
    TimeProvider clock,
    ILogger<RetentionWorker> logger
) : BackgroundService
{
    private const string Lease = "retention";

    // Rejected traces come with all their bytes, which may be many.
    private const long QuarantineChunkRows = 100;
    private const long LateChunkRows = 250;

    // Another process may have been asked, or may have stopped half-way.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private const string StudiesWithRetention = """
        SELECT key, slug, retention_days AS days FROM study
        WHERE retention_days IS NOT NULL AND slug < '~'
          AND NOT EXISTS (SELECT 1 FROM retention_run r WHERE r.study = study.key AND r.finished_at IS NULL)
        ORDER BY key
        """;

    private const string NextOpen = $"""
        SELECT {RetentionRow.Columns} FROM retention_run WHERE finished_at IS NULL ORDER BY started_at, id LIMIT 1
        """;

    // Whoever lengthens the retention, or lifts it, stops what is under way.
    private const string StillHolds = "SELECT count(*) FROM study WHERE key = @Study AND retention_days <= @Days";

    private const string SlugOf = "SELECT slug FROM study WHERE key = @Study";

    private static readonly Sql DeleteChunk = new(Delete("INDEXED BY trace_study"), Delete(""));

    private const string FindLate = """
        SELECT position, received_at FROM trace_late
        WHERE study = @study AND received_at < @cutoff ORDER BY received_at LIMIT @limit
        """;

    private static readonly Sql DeleteThese = new(
        "DELETE FROM trace WHERE position IN @positions",
        "DELETE FROM trace WHERE position = ANY(@positions)"
    );

    private static readonly Sql DeleteLate = new(
        "DELETE FROM trace_late WHERE study = @study AND received_at <= @newest AND position IN @positions",
        "DELETE FROM trace_late WHERE study = @study AND received_at <= @newest AND position = ANY(@positions)"
    );

    private const string FindQuarantined = """
        SELECT position, received_at FROM quarantine
        WHERE study = @study AND received_at < @cutoff ORDER BY received_at LIMIT @limit
        """;

    private static readonly Sql DeleteQuarantined = new(
        "DELETE FROM quarantine WHERE position IN @positions",
        "DELETE FROM quarantine WHERE position = ANY(@positions)"
    );

    private static readonly Sql Progress = new(
        """
        UPDATE retention_run SET traces = traces + @traces, quarantined = quarantined + @quarantined,
          oldest = min(coalesce(oldest, @oldest), coalesce(@oldest, oldest)),
          newest = max(coalesce(newest, @newest), coalesce(@newest, newest))
        WHERE id = @id
        """,
        """
        UPDATE retention_run SET traces = traces + @traces, quarantined = quarantined + @quarantined,
          oldest = least(oldest, @oldest), newest = greatest(newest, @newest)
        WHERE id = @id
        """
    );

    private const string Finish =
        "UPDATE retention_run SET finished_at = @now, cut_short = @cutShort WHERE id = @id AND finished_at IS NULL";

    private const string Read = $"SELECT {RetentionRow.Columns} FROM retention_run WHERE id = @id";

    private sealed record Kept(long Key, string Slug, long Days);

    private sealed record Found(long Position, DateTimeOffset ReceivedAt);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var nextTurn = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = RetryAfter;
            try
            {
                await using var lease = await database.TryLeaseAsync(Lease, stoppingToken);
                if (lease is not null)
                {
                    if (clock.GetUtcNow() >= nextTurn)
                    {
                        await OpenRunsAsync(stoppingToken);
                        nextTurn = clock.GetUtcNow() + options.Value.RetentionInterval;
                    }

                    await WorkAsync(stoppingToken);
                    wait = LookAgain;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The edge of the loop: it is logged and tried again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogPutOff(logger, exception);
            }

            try
            {
                await runs.WaitAsync(wait, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>The job's turn: a run for each study that has something past its time. Where there is nothing there is no report.</summary>
    private async Task OpenRunsAsync(CancellationToken ct)
    {
        var studies = await database.ReadAsync(r => r.QueryAsync<Kept>(StudiesWithRetention, null, ct), ct);
        foreach (var study in studies)
        {
            var days = (int)study.Days;
            if (await Expired.IsThereAnyAsync(database, study.Key, runs.CutoffOf(days), ct))
            {
                await database.WriteAsync(unit => runs.AddAsync(unit, study.Key, days, null, ct), ct);
            }
        }
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        var removed = false;
        while (await database.ReadAsync(r => r.FirstOrDefaultAsync<RetentionRow>(NextOpen, null, ct), ct) is { } run)
        {
            removed |= await RunAsync(run, ct);
        }

        if (removed)
        {
            await database.WipeDeletedAsync(ct);
        }
    }

    private async Task<bool> RunAsync(RetentionRow run, CancellationToken ct)
    {
        var whole =
            await RemoveTracesAsync(run, ct)
            && await RepeatAsync(run, unit => RemoveLateAsync(unit, run, ct), ct)
            && await RepeatAsync(run, unit => RemoveQuarantinedAsync(unit, run, ct), ct);
        var done = await database.WriteAsync(unit => FinishAsync(unit, run, cutShort: !whole, ct), ct);
        if (done is null)
        {
            // The study was deleted meanwhile, and the run with it.
            return true;
        }

        LogRemoved(logger, done.Traces, done.Quarantined, run.Study, run.Cutoff);
        return done.Traces + done.Quarantined > 0;
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
                        study = run.Study,
                        cutoff = run.Cutoff,
                        after = from,
                        last = step.Last,
                    };
                    var rows = await DeleteTracesAsync(unit, DeleteChunk, range, ct);
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
                study = run.Study,
                newest = found[^1].ReceivedAt,
                positions = found.Select(f => f.Position).ToArray(),
            };
            var rows = await DeleteTracesAsync(unit, DeleteThese, parameters, ct);
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
            var positions = new { positions = found.Select(f => f.Position).ToArray() };
            var rows = await unit.ExecuteAsync(DeleteQuarantined, positions, ct);
            await ReportAsync(unit, run, PastOf(found) with { Count = 0 }, rows, ct);
        }

        return found.Count > 0;
    }

    /// <summary>Whatever retention takes away goes here: what is derived from traces is told in this unit.</summary>
    private static Task<int> DeleteTracesAsync(IUnitOfWork unit, Sql sql, object which, CancellationToken ct) =>
        unit.ExecuteAsync(sql, which, ct);

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
                study = run.Study,
                cutoff = run.Cutoff,
                limit,
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
                id = run.Id,
                traces = traces.Count,
                quarantined,
                oldest = traces.Oldest,
                newest = traces.Newest,
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
            id = run.Id,
            now = clock.GetUtcNow(),
            cutShort,
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
            WHERE study = @study AND position > @after AND position <= @last AND received_at < @cutoff
            """;

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Retention removed {Traces} traces and {Quarantined} rejected ones of study {Study}, received before {Cutoff}."
    )]
    private static partial void LogRemoved(
        ILogger logger,
        long traces,
        long quarantined,
        long study,
        DateTimeOffset cutoff
    );

    [LoggerMessage(Level = LogLevel.Error, Message = "Retention failed and will be tried again.")]
    private static partial void LogPutOff(ILogger logger, Exception exception);
}
