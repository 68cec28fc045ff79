using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Work;

/// <summary>Does one job and writes down how it ended.</summary>
internal sealed partial class JobRunner(
    IServiceProvider services,
    WorkMetrics metrics,
    TimeProvider clock,
    ILogger<JobRunner> logger
)
{
    private static readonly Backoff WhileOut = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));

    /// <summary>Does the job.</summary>
    /// <param name="database">Where it is stored.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="job">The job.</param>
    /// <param name="ct">Ends it, because the server stops or it is another process's by now.</param>
    /// <param name="stopping">The server stops.</param>
    public async Task RunAsync(
        ModuleDatabase database,
        WorkKind kind,
        JobRow job,
        CancellationToken ct,
        CancellationToken stopping
    )
    {
        using var activity = StorageMetrics.Activities.StartActivity(
            $"work {kind.Name}",
            ActivityKind.Consumer,
            job.TraceParent
        );
        if (await TryAsync(database, kind, job, ct, stopping) is { } failure)
        {
            activity?.SetStatus(failure.Error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
            await RecordAsync(database, failure, stopping);
        }
    }

    /// <summary>What each process does for itself, at its turns and whenever it is rung for, until cancelled.</summary>
    public async Task RunLocallyAsync(ModuleDatabase database, WorkKind kind, CancellationToken ct)
    {
        var signal = database.Work.Own(kind.Name);
        var isDue = kind.Options.AtStart || database.Work.RungFor(kind.Name, clock) is not null;
        var pause = isDue ? TimeSpan.Zero : kind.Options.Every!.Value;
        try
        {
            while (!ct.IsCancellationRequested)
            {
                if (pause > TimeSpan.Zero)
                {
                    await signal.WaitAsync(pause, clock, ct);
                }

                // Before it begins: who rings from here on has it done once more.
                database.Work.Heard(kind.Name);
                pause = await RunLocallyOnceAsync(database, kind, ct) ?? kind.Options.Every!.Value;
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping is how it ends.
        }
    }

    /// <summary>One turn of it.</summary>
    /// <returns>When it is to be gone on with, if it said so.</returns>
    private async Task<TimeSpan?> RunLocallyOnceAsync(ModuleDatabase database, WorkKind kind, CancellationToken ct)
    {
        var job = new JobRow(Guid.Empty, "{}", 1, 0, Guid.Empty, null, null);
        try
        {
            return (await kind.RunAsync(services, job.Arguments, new WorkRun(null, job), ct)).Pause;
        }
        catch (DatabaseUnavailableException exception)
        {
            // The pump says so, once.
            LogTurnMissed(logger, kind.Name, database.Name, exception.Message);
            return null;
        }
#pragma warning disable CA1031 // The edge of the loop: it is logged, and done again at its next turn.
        catch (Exception exception) when (exception is not OperationCanceledException || !ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            metrics.Failed(database.Name, kind.Name);
            LogTurnFailed(logger, kind.Name, database.Name, exception);
            return null;
        }
    }

    /// <summary>Does it, and marks it as done.</summary>
    /// <returns>What to write down of a run that did not end well; null if there is nothing.</returns>
    private async Task<JobFailure?> TryAsync(
        ModuleDatabase database,
        WorkKind kind,
        JobRow job,
        CancellationToken ct,
        CancellationToken stopping
    )
    {
        var now = clock.GetUtcNow();
        try
        {
            if (IsTooOften(kind, job.Attempts - 1))
            {
                // Begun as often as it may be, and never ended: it takes the process with it.
                return Failed(database, kind, job, new InvalidOperationException("It never ended, well or otherwise."));
            }

            var result = await kind.RunAsync(services, job.Arguments, new WorkRun(database, job), ct);
            now = clock.GetUtcNow();
            await database.WriteAsync(
                async unit =>
                {
                    await JobStore.FinishAsync(unit, kind, job, result, now, CancellationToken.None);
                    return true;
                },
                CancellationToken.None
            );
            return null;
        }
        catch (LeaseLostException)
        {
            LogLost(logger, kind.Name, job.Id, database.Name);
            return null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new JobFailure(job.Id, job.Lease, job.Attempts - 1, now, null, null);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            LogLost(logger, kind.Name, job.Id, database.Name);
            return null;
        }
        catch (DatabaseUnavailableException exception)
        {
            LogPutOff(logger, kind.Name, job.Id, database.Name, exception.Message);
            var dueAt = clock.GetUtcNow() + kind.Options.Backoff.After(1);
            return new JobFailure(job.Id, job.Lease, job.Attempts - 1, dueAt, exception.Message, null);
        }
#pragma warning disable CA1031 // The one edge of all work: what fails is written down, and tried again or parked.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failed(database, kind, job, exception);
        }
    }

    private static bool IsTooOften(WorkKind kind, long attempts) =>
        !kind.Options.Recurs && attempts >= (kind.Options.MaxAttempts ?? long.MaxValue);

    private JobFailure Failed(ModuleDatabase database, WorkKind kind, JobRow job, Exception exception)
    {
        var now = clock.GetUtcNow();
        var pause = kind.Options.Backoff.After(job.Attempts);
        if (kind.Options.Recurs && pause > kind.Options.LongestPause)
        {
            pause = kind.Options.LongestPause;
        }

        metrics.Failed(database.Name, kind.Name);
        var isParked = IsTooOften(kind, job.Attempts);
        if (isParked)
        {
            LogParked(logger, kind.Name, job.Id, database.Name, job.Attempts, exception);
        }
        else
        {
            LogFailed(logger, kind.Name, job.Id, database.Name, job.Attempts, exception);
        }

        return new JobFailure(
            job.Id,
            job.Lease,
            job.Attempts,
            now + pause,
            FailureText.Of(exception),
            isParked ? now : null
        );
    }

    /// <summary>Writes it down, however long the engine is away: nobody else gives the job back on SQLite.</summary>
    private async Task RecordAsync(ModuleDatabase database, JobFailure failure, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await database.WriteAsync(
                    unit => JobStore.FailAsync(unit, failure, CancellationToken.None),
                    CancellationToken.None
                );
                return;
            }
#pragma warning disable CA1031 // The same edge.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (attempt == 1)
                {
                    LogNotRecorded(logger, failure.Id, database.Name, exception.Message);
                }

                if (ct.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(WhileOut.After(attempt), clock, ct)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Job {Kind} {Id} of {Database} failed at attempt {Attempt} and is tried again."
    )]
    private static partial void LogFailed(
        ILogger logger,
        string kind,
        Guid id,
        string database,
        long attempt,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Job {Kind} {Id} of {Database} failed {Attempts} times and is parked."
    )]
    private static partial void LogParked(
        ILogger logger,
        string kind,
        Guid id,
        string database,
        long attempts,
        Exception exception
    );

    [LoggerMessage(Level = LogLevel.Debug, Message = "Job {Kind} {Id} of {Database} is put off: {Reason}")]
    private static partial void LogPutOff(ILogger logger, string kind, Guid id, string database, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Job {Kind} {Id} of {Database} was taken over by another process."
    )]
    private static partial void LogLost(ILogger logger, string kind, Guid id, string database);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "How job {Id} of {Database} ended is written down later: {Reason}"
    )]
    private static partial void LogNotRecorded(ILogger logger, Guid id, string database, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A turn of {Kind} of {Database} is left out: {Reason}")]
    private static partial void LogTurnMissed(ILogger logger, string kind, string database, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The turn of {Kind} of {Database} failed; the next one comes.")]
    private static partial void LogTurnFailed(ILogger logger, string kind, string database, Exception exception);
}
