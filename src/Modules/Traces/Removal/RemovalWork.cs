using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sillage.Storage;
using Sillage.Storage.Work;
using Sillage.Traces.Consent;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Removal;

/// <summary>Removes all that is to be removed.</summary>
internal sealed record Remove : IRecurringJob
{
    public static string Kind => "traces.remove";
}

/// <summary>
/// Removes what was given up, a thousand rows a unit, so that no one waits for the writer meanwhile. What is not done at
/// a stop is done after the next start.
/// </summary>
internal sealed partial class RemovalWork(
    IDatabase<TracesData> database,
    StudyDirectory directory,
    WithdrawalList withdrawals,
    ILogger<RemovalWork> logger
) : IWork<Remove>
{
    private const int ChunkRows = 1000;

    // What is to go with its sender goes before the sender is forgotten.
    private const string Next = """
        SELECT id, study, participant, account, form, subject FROM removal
        ORDER BY CASE form WHEN 'unsign' THEN 1 ELSE 0 END, requested_at, id LIMIT 1
        """;

    private const string DeleteTraces = """
        DELETE FROM trace WHERE study = @Study AND position IN (
          SELECT position FROM trace WHERE study = @Study AND participant = @Participant LIMIT @Limit)
        """;

    private const string DeleteAllTraces = """
        DELETE FROM trace WHERE study = @Study AND position IN (SELECT position FROM trace WHERE study = @Study LIMIT @Limit)
        """;

    // Of one who sends for others, what he sent for them is theirs.
    private const string DeleteQuarantine = """
        DELETE FROM quarantine WHERE study = @Study AND position IN (
          SELECT position FROM quarantine
          WHERE study = @Study AND (participant = @Participant OR (sender = @Account AND participant IS NULL))
          LIMIT @Limit)
        """;

    private const string DeleteAllQuarantine = """
        DELETE FROM quarantine WHERE study = @Study AND position IN (SELECT position FROM quarantine WHERE study = @Study LIMIT @Limit)
        """;

    private const string DeleteIdentities = """
        DELETE FROM identity WHERE study = @Study AND number IN (
          SELECT number FROM identity WHERE study = @Study LIMIT @Limit)
        """;

    private const string DeleteTie = "DELETE FROM identity WHERE study = @Study AND number = @Participant";

    private const string DeleteParticipants = """
        DELETE FROM participant WHERE study = @Study AND number IN (
          SELECT number FROM participant WHERE study = @Study LIMIT @Limit)
        """;

    private const string PseudonymOf =
        "SELECT pseudonym FROM participant WHERE study = @Study AND number = @Participant";

    private const string DeleteParticipant = "DELETE FROM participant WHERE study = @Study AND number = @Participant";

    private const string DeleteConsent = "DELETE FROM consent WHERE study = @Study AND participant = @Participant";

    private const string DeleteAllConsent = """
        DELETE FROM consent WHERE study = @Study AND position IN (SELECT position FROM consent WHERE study = @Study LIMIT @Limit)
        """;

    // Nobody who is there, and the same for all: one who sent for many is not told from another.
    private static readonly Sql UnsignTraces = new(
        "UPDATE trace SET sender = @Nobody WHERE position IN (SELECT position FROM trace WHERE sender = @Account LIMIT @Limit)",
        "UPDATE trace SET sender = @Nobody WHERE ctid = ANY(ARRAY(SELECT ctid FROM trace WHERE sender = @Account LIMIT @Limit))"
    );

    // The digest of what one sender sent is unique by its sender, so each row becomes its own.
    private static readonly Sql UnsignQuarantine = new(
        "UPDATE quarantine SET sender = id WHERE position IN (SELECT position FROM quarantine WHERE sender = @Account LIMIT @Limit)",
        "UPDATE quarantine SET sender = id WHERE ctid = ANY(ARRAY(SELECT ctid FROM quarantine WHERE sender = @Account LIMIT @Limit))"
    );

    private const string DeleteStudy = "DELETE FROM study WHERE key = @Study";

    private const string Count =
        "UPDATE removal SET traces = traces + @Traces, quarantined = quarantined + @Quarantined WHERE id = @Id";

    private const string Counts = "SELECT traces, quarantined FROM removal WHERE id = @Id";

    private const string Finish = "DELETE FROM removal WHERE id = @Id";

    /// <summary>The form of a removal that takes an account out of what it sent for others, in all studies.</summary>
    public const string Unsign = "unsign";

    private sealed record Work(Guid Id, long Study, long? Participant, Guid? Account, string Form, string? Subject);

    private sealed record Removed(long Traces, long Quarantined);

    public async Task<WorkResult> RunAsync(Remove job, WorkRun run, CancellationToken ct)
    {
        while (await database.ReadAsync(r => r.FirstOrDefaultAsync<Work>(Next, null, ct), ct) is { } work)
        {
            if (work.Form == Unsign)
            {
                await DeleteInChunksAsync(UnsignTraces, work, ct);
                await DeleteInChunksAsync(UnsignQuarantine, work, ct);
                await database.WriteAsync(unit => unit.ExecuteAsync(Finish, work, ct), ct);
                continue;
            }

            // The ties first, durable by themselves: on SQLite they lie in another file than what says that they are to go.
            await DeleteInChunksAsync(work.Participant is null ? DeleteIdentities : DeleteTie, work, ct);
            if (work.Participant is null)
            {
                await database.WriteAsync(unit => unit.ExecuteAsync(Tallies.DeleteState, work, ct), ct);
                foreach (var delete in Tallies.DeleteAll)
                {
                    await DeleteInChunksAsync(delete, work, ct);
                }

                await DeleteInChunksAsync(DeleteAllTraces, work, ct, rows => new Removed(rows, 0));
                await DeleteInChunksAsync(DeleteAllQuarantine, work, ct, rows => new Removed(0, rows));
                await DeleteInChunksAsync(DeleteAllConsent, work, ct);
                await DeleteInChunksAsync(DeleteParticipants, work, ct);
            }
            else if (work.Form == "destroy")
            {
                await DeleteRecordsAsync(work, ct);
                await DeleteInChunksAsync(DeleteConsent, work, ct);
                await ForgetPseudonymAsync(work, ct);
                await EndParticipationAsync(work, ct);
                // What others sent in his name until then.
                await DeleteRecordsAsync(work, ct);
            }

            await FinishAsync(work, ct);
        }

        return WorkResult.Done;
    }

    private async Task DeleteRecordsAsync(Work work, CancellationToken ct)
    {
        await DeleteInChunksAsync(DeleteTraces, work, ct, rows => new Removed(rows, 0));
        await DeleteInChunksAsync(DeleteQuarantine, work, ct, rows => new Removed(0, rows));
    }

    /// <summary>From here on nothing is taken for the participant any more, whoever sends it.</summary>
    private Task<bool> EndParticipationAsync(Work work, CancellationToken ct) =>
        database.WriteAsync(
            async unit =>
            {
                // Batches that were judged by the study as it was are stored before, or told to look again.
                if (unit.Dialect == SqlDialect.Postgres)
                {
                    await PostgresIntake.LockAsync(unit, work.Study);
                }

                await unit.ExecuteAsync(DeleteParticipant, work, ct);
                await StudyStore.BumpAsync(unit, work.Study, ct);
                unit.OnCommitted(directory.ForgetAll);
                return true;
            },
            ct
        );

    private async Task ForgetPseudonymAsync(Work work, CancellationToken ct)
    {
        if (await database.ReadAsync(r => r.ScalarAsync<string>(PseudonymOf, work, ct), ct) is { } pseudonym)
        {
            await withdrawals.ForgetAsync(pseudonym, ct);
        }
    }

    private async Task FinishAsync(Work work, CancellationToken ct)
    {
        await database.WriteAsync(
            async unit =>
            {
                if (work is { Form: "destroy", Participant: { } participant })
                {
                    await Tallies.ForgetAsync(unit, work.Study, [participant], ct);
                }

                var removed = await unit.FirstOrDefaultAsync<Removed>(Counts, work, ct);
                if (work.Participant is null)
                {
                    await unit.ExecuteAsync(DeleteStudy, work, ct);
                }
                else
                {
                    await StudyStore.BumpAsync(unit, work.Study, ct);
                }

                // After a lease that was lost, two servers may both have come here: one of them writes it down.
                if (await unit.ExecuteAsync(Finish, work, ct) > 0)
                {
                    await unit.AuditAsync(AuditOf(work, removed!), ct);
                }

                unit.OnCommitted(directory.ForgetAll);
                return true;
            },
            ct
        );
        LogRemoved(logger, work.Study);
    }

    private static AuditEntry AuditOf(Work work, Removed removed)
    {
        var details = JsonSerializer.Serialize(
            new
            {
                study = work.Study,
                form = work.Form,
                traces = removed.Traces,
                quarantined = removed.Quarantined,
            }
        );
        return new AuditEntry(
            "traces.removed",
            null,
            work.Subject ?? work.Study.ToString(CultureInfo.InvariantCulture),
            details
        )
        {
            IsOfTheDay = work.Participant is not null,
        };
    }

    private async Task DeleteInChunksAsync(Sql sql, Work work, CancellationToken ct, Func<int, Removed>? counted = null)
    {
        var parameters = new
        {
            work.Study,
            work.Participant,
            work.Account,
            Nobody = Guid.Empty,
            Limit = (long)ChunkRows,
        };
        while (await database.WriteAsync(DeleteSomeAsync, ct) > 0) { }

        async Task<int> DeleteSomeAsync(IUnitOfWork unit)
        {
            var rows = await unit.ExecuteAsync(sql, parameters, ct);
            if (rows > 0 && counted?.Invoke(rows) is { } removed)
            {
                var counts = new
                {
                    Id = work.Id,
                    Traces = removed.Traces,
                    Quarantined = removed.Quarantined,
                };
                await unit.ExecuteAsync(Count, counts, ct);
            }

            return rows;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "What was to be removed from study {Study} is removed.")]
    private static partial void LogRemoved(ILogger logger, long study);
}
