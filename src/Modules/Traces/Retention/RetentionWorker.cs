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
    RetentionSweep sweep,
    IOptions<TracesOptions> options,
    TimeProvider clock,
    ILogger<RetentionWorker> logger
) : BackgroundService
{
    private const string Lease = "retention";

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

    // Until it has succeeded: what fails is tried again, when there may be nothing left to remove.
    private bool _hasToWipe;

    private sealed record Kept(long Key, string Slug, long Days);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // By the time that passes, not by the time of day: that may be set back.
        long? turn = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = RetryAfter;
            try
            {
                await using var lease = await database.TryLeaseAsync(Lease, stoppingToken);
                if (lease is not null)
                {
                    if (turn is null || clock.GetElapsedTime(turn.Value) >= options.Value.RetentionInterval)
                    {
                        await OpenRunsAsync(stoppingToken);
                        turn = clock.GetTimestamp();
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
        while (await database.ReadAsync(r => r.FirstOrDefaultAsync<RetentionRow>(NextOpen, null, ct), ct) is { } run)
        {
            // None if the study was deleted meanwhile, and the run with it.
            if (await sweep.RunAsync(run, ct) is { } done)
            {
                LogRemoved(logger, done.Traces, done.Quarantined, run.Study, run.Cutoff);
                _hasToWipe |= done.Traces + done.Quarantined > 0;
            }
        }

        if (_hasToWipe)
        {
            await WipeAsync(ct);
            _hasToWipe = false;
        }
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Retention failed and will be tried again.")]
    private static partial void LogPutOff(ILogger logger, Exception exception);
}
