using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Removal;

/// <summary>
/// Removes what was given up, a thousand rows a unit, so that no one waits for the writer meanwhile. What is not done at
/// a stop is done after the next start.
/// </summary>
internal sealed partial class RemovalWorker(
    IDatabase<TracesModule> database,
    RemovalQueue queue,
    StudyDirectory directory,
    ILogger<RemovalWorker> logger
) : BackgroundService
{
    private const int ChunkRows = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private const string Next = "SELECT id, study, participant, account FROM removal ORDER BY requested_at, id LIMIT 1";

    private const string DeleteTraces = """
        DELETE FROM trace WHERE position IN (
          SELECT position FROM trace WHERE study = @Study AND participant = @Participant LIMIT @limit)
        """;

    private const string DeleteAllTraces = """
        DELETE FROM trace WHERE position IN (SELECT position FROM trace WHERE study = @Study LIMIT @limit)
        """;

    private const string DeleteQuarantine = """
        DELETE FROM quarantine WHERE position IN (
          SELECT position FROM quarantine
          WHERE study = @Study AND (participant = @Participant OR sender = @Account) LIMIT @limit)
        """;

    private const string DeleteAllQuarantine = """
        DELETE FROM quarantine WHERE position IN (SELECT position FROM quarantine WHERE study = @Study LIMIT @limit)
        """;

    private const string DeleteIdentities = """
        DELETE FROM identity WHERE study = @Study AND number IN (
          SELECT number FROM identity WHERE study = @Study LIMIT @limit)
        """;

    private const string DeleteParticipants = """
        DELETE FROM participant WHERE study = @Study AND number IN (
          SELECT number FROM participant WHERE study = @Study LIMIT @limit)
        """;

    private const string DeleteParticipant = "DELETE FROM participant WHERE study = @Study AND number = @Participant";

    private const string DeleteStudy = "DELETE FROM study WHERE key = @Study";

    private const string Finish = "DELETE FROM removal WHERE id = @Id";

    private sealed record Work(Guid Id, long Study, long? Participant, Guid? Account);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Interval;
            try
            {
                await RemoveAllAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The edge of the loop: it is logged and tried again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogNotRemoved(logger, exception);
                wait = RetryAfter;
            }

            try
            {
                await queue.WaitAsync(wait, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RemoveAllAsync(CancellationToken ct)
    {
        while (await database.ReadAsync(r => r.FirstOrDefaultAsync<Work>(Next, null, ct), ct) is { } work)
        {
            if (work.Participant is null)
            {
                await DeleteInChunksAsync(DeleteAllTraces, work, ct);
                await DeleteInChunksAsync(DeleteAllQuarantine, work, ct);
                await DeleteInChunksAsync(DeleteIdentities, work, ct);
                await DeleteInChunksAsync(DeleteParticipants, work, ct);
            }
            else
            {
                await DeleteInChunksAsync(DeleteTraces, work, ct);
                await DeleteInChunksAsync(DeleteQuarantine, work, ct);
            }

            await database.WriteAsync(
                async unit =>
                {
                    await unit.ExecuteAsync(work.Participant is null ? DeleteStudy : DeleteParticipant, work, ct);
                    await StudyStore.BumpAsync(unit, work.Study, ct);
                    await unit.ExecuteAsync(Finish, work, ct);
                    unit.OnCommitted(directory.ForgetAll);
                    return true;
                },
                ct
            );
            LogRemoved(logger, work.Study);
        }
    }

    private async Task DeleteInChunksAsync(string sql, Work work, CancellationToken ct)
    {
        var parameters = new
        {
            work.Study,
            work.Participant,
            work.Account,
            limit = (long)ChunkRows,
        };
        while (await database.WriteAsync(unit => unit.ExecuteAsync(sql, parameters, ct), ct) > 0) { }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "What was to be removed from study {Study} is removed.")]
    private static partial void LogRemoved(ILogger logger, long study);

    [LoggerMessage(Level = LogLevel.Error, Message = "A removal failed and will be tried again.")]
    private static partial void LogNotRemoved(ILogger logger, Exception exception);
}
