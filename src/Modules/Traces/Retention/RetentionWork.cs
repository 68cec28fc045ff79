using Microsoft.Extensions.Logging;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Traces.Retention;

/// <summary>Has a run begun for each study that has something past its time.</summary>
internal sealed record BeginRetention : IRecurringJob
{
    public static string Kind => "retention.begin";
}

/// <summary>Works off what runs of retention there are.</summary>
internal sealed record Retain : IRecurringJob
{
    public static string Kind => "retention.run";
}

/// <summary>
/// Removes what studies no longer keep: at start, then once an interval, and when somebody asks for it. It goes in chunks,
/// so that no one waits for the writer meanwhile; what a stop interrupts goes on after the next start.
/// </summary>
internal sealed partial class RetentionWork(
    IDatabase<TracesData> database,
    RetentionRuns runs,
    RetentionSweep sweep,
    ILogger<RetentionWork> logger
) : IWork<BeginRetention>, IWork<Retain>
{
    private const string StudiesWithRetention = """
        SELECT key, slug, retention_days AS days FROM study
        WHERE retention_days IS NOT NULL AND NOT deleted
          AND NOT EXISTS (SELECT 1 FROM retention_run r WHERE r.study = study.key AND r.finished_at IS NULL)
        ORDER BY key
        """;

    private const string NextOpen = $"""
        SELECT {RetentionRow.Columns} FROM retention_run WHERE finished_at IS NULL ORDER BY started_at, id LIMIT 1
        """;

    private sealed record Kept(long Key, string Slug, long Days);

    /// <summary>The job's turn: a run for each study that has something past its time. Where there is nothing there is no report.</summary>
    public async Task<WorkResult> RunAsync(BeginRetention job, WorkRun run, CancellationToken ct)
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

        return WorkResult.Done;
    }

    public async Task<WorkResult> RunAsync(Retain job, WorkRun run, CancellationToken ct)
    {
        // Until it has succeeded: what fails is tried again, when there may be nothing left to remove.
        var hasToWipe = run.ReadProgress<bool>();
        while (await database.ReadAsync(r => r.FirstOrDefaultAsync<RetentionRow>(NextOpen, null, ct), ct) is { } next)
        {
            // None if the study was deleted meanwhile, and the run with it.
            if (await sweep.RunAsync(next, ct) is { } done)
            {
                LogRemoved(logger, done.Traces, done.Quarantined, next.Study, next.Cutoff);
                if (!hasToWipe && done.Traces + done.Quarantined > 0)
                {
                    hasToWipe = true;
                    await run.SaveProgressAsync(hasToWipe, ct);
                }
            }
        }

        if (hasToWipe)
        {
            await WipeAsync(ct);
        }

        return WorkResult.Done;
    }

    /// <summary>Has no byte left of what was removed, as far as the engine can (ADR 64).</summary>
    private async Task WipeAsync(CancellationToken ct)
    {
        try
        {
            await database.WipeDeletedAsync(ct);
        }
        catch (NotSupportedException exception)
        {
            LogNotWiped(logger, exception);
        }
    }

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

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "What retention removed is deleted, but bytes of it may be left in the file until they are overwritten."
    )]
    private static partial void LogNotWiped(ILogger logger, Exception exception);
}
