using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Work;

/// <summary>
/// Has one database's jobs done: looks what is due whenever it is woken, and at the latest when the next job is, takes
/// what the limits leave room for, and has each done beside the others.
/// </summary>
internal sealed partial class WorkPump(
    ModuleDatabase database,
    IReadOnlyList<WorkKind> kinds,
    JobRunner runner,
    JobOptions options,
    WorkMetrics metrics,
    TimeProvider clock,
    ILogger logger
)
{
    private static readonly TimeSpan AfterOutage = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, RunningJob> _running = new();
    private bool _begun;
    private bool _isOut;
    private long? _counted;

    /// <summary>Pumps until cancelled, and then until every job has ended or was given back.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var renewing = database.Dialect == SqlDialect.Postgres ? RenewAsync(ct) : Task.CompletedTask;
        try
        {
            while (!ct.IsCancellationRequested)
            {
                var pause = await RoundGuardedAsync(ct);
                await database.Work.WaitAsync(pause, clock, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping is how it ends.
        }

        await Task.WhenAll(_running.Values.Select(job => job.Ended));
        await renewing;
    }

    private async Task<TimeSpan> RoundGuardedAsync(CancellationToken ct)
    {
        try
        {
            var pause = await RoundAsync(ct);
            if (_isOut)
            {
                _isOut = false;
                LogBack(logger, database.Name);
            }

            return pause;
        }
        catch (DatabaseUnavailableException exception)
        {
            if (!_isOut)
            {
                _isOut = true;
                LogOutage(logger, database.Name, exception.Message);
            }

            return AfterOutage;
        }
#pragma warning disable CA1031 // The edge of the loop: a pump that stops would leave every later job undone.
        catch (Exception exception) when (exception is not OperationCanceledException || !ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(logger, database.Name, exception);
            return AfterOutage;
        }
    }

    /// <summary>Starts whatever is due.</summary>
    /// <returns>How long there is nothing to do, if nobody rings.</returns>
    private async Task<TimeSpan> RoundAsync(CancellationToken ct)
    {
        if (!_begun)
        {
            await BeginAsync(ct);
            _begun = true;
        }

        if (database.Dialect == SqlDialect.Postgres)
        {
            await JobStore.ReleaseLostAsync(database, ct);
        }

        var pause = options.PollInterval;
        foreach (var kind in kinds)
        {
            var next = await StartDueAsync(kind, ct);
            pause = next < pause ? next : pause;
        }

        await CountAsync(ct);
        return pause;
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        await database.WriteAsync(
            async unit =>
            {
                if (unit.Dialect == SqlDialect.Sqlite)
                {
                    await JobStore.ReleaseAllAsync(unit, ct);
                }

                foreach (var kind in kinds.Where(kind => kind.Options.Recurs))
                {
                    await JobStore.AddRecurringAsync(unit, kind, clock.GetUtcNow(), ct);
                }

                return true;
            },
            ct
        );
        foreach (var kind in kinds)
        {
            metrics.Failed(database.Name, kind.Name, attempts: 0);
            if (kind.Options.AtStart)
            {
                database.Work.Ring(kind.Name, clock);
            }
        }
    }

    /// <summary>Starts what is due of a kind and has room.</summary>
    /// <returns>How long there is nothing more to do of it.</returns>
    private async Task<TimeSpan> StartDueAsync(WorkKind kind, CancellationToken ct)
    {
        var gathers = kind.Options.Gather - database.Work.RungFor(kind.Name, clock);
        var isRung = gathers <= TimeSpan.Zero;
        var now = clock.GetUtcNow();
        var next = await database.ReadAsync(reader => JobStore.NextAsync(reader, kind.Name, ct), ct);
        // A turn that is too far away was written down by a clock that was set back since.
        isRung |= kind.Options.Recurs && next > now + kind.Options.LongestPause;
        if (isRung || next <= now)
        {
            // Before it begins: who rings from here on may have to be done once more.
            database.Work.Heard(kind.Name);
            IReadOnlyList<JobRow> taken = [];
            (taken, next) = await database.WriteAsync(
                unit => JobStore.TakeAsync(unit, kind, isRung, now, options.Lease, ct),
                ct
            );
            foreach (var job in taken)
            {
                Start(kind, job, ct);
            }

            if (isRung && taken.Count == 0)
            {
                // Somebody is at it, who may have looked before this ring.
                database.Work.NotHeard(kind.Name, clock);
                return options.PollInterval;
            }
        }

        var pause = next - now ?? options.PollInterval;
        pause = gathers > TimeSpan.Zero && gathers < pause ? gathers.Value : pause;
        // One that was committed while others were taken is due already.
        return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
    }

    private void Start(WorkKind kind, JobRow job, CancellationToken ct)
    {
        var running = new RunningJob(job, CancellationTokenSource.CreateLinkedTokenSource(ct));
        _running[job.Id] = running;
        running.Ended = Task.Run(
            async () =>
            {
                await runner.RunAsync(database, kind, job, running.Stop.Token, ct);
                _running.TryRemove(job.Id, out _);
                running.Stop.Dispose();
                database.Work.Set();
            },
            CancellationToken.None
        );
    }

    /// <summary>Keeps this process's jobs its own; one that is another's by now is stopped.</summary>
    private async Task RenewAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                await RenewAllAsync();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What is stopped is given back at once.
        }
    }

    private async Task RenewAllAsync()
    {
        foreach (var running in _running.Values)
        {
            try
            {
                var isOurs = await database.WriteAsync(
                    unit => JobStore.RenewAsync(unit, running.Job, options.Lease, CancellationToken.None),
                    CancellationToken.None
                );
                if (!isOurs && !running.Ended.IsCompleted)
                {
                    await running.Stop.CancelAsync();
                }
            }
            catch (DatabaseUnavailableException)
            {
                // At the next turn; until then, or until another one takes it, it is ours.
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }
    }

    private async Task CountAsync(CancellationToken ct)
    {
        if (_counted is { } last && clock.GetElapsedTime(last) < options.PollInterval)
        {
            return;
        }

        _counted = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var counts = await database.ReadAsync(reader => JobStore.CountAsync(reader, now, ct), ct);
        foreach (var kind in kinds)
        {
            var found = counts.FirstOrDefault(count => count.Kind == kind.Name);
            metrics.Counted(database.Name, found ?? new JobCounts(kind.Name, 0, 0, 0, null), now);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Jobs of {Database} have to wait: {Reason}")]
    private static partial void LogOutage(ILogger logger, string database, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Jobs of {Database} are done again.")]
    private static partial void LogBack(ILogger logger, string database);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking for jobs of {Database} failed and is tried again.")]
    private static partial void LogFailed(ILogger logger, string database, Exception exception);

    private sealed class RunningJob(JobRow job, CancellationTokenSource stop)
    {
        public JobRow Job { get; } = job;

        public CancellationTokenSource Stop { get; } = stop;

        public Task Ended { get; set; } = Task.CompletedTask;
    }
}
