using System.Text.Json;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Quarantine;

/// <summary>What became of a rejected trace that was tried again.</summary>
internal enum Readmitted
{
    /// <summary>It is stored, and no longer in quarantine.</summary>
    Stored,

    /// <summary>It was stored already, with the same content; it is no longer in quarantine.</summary>
    Known,

    /// <summary>Another trace has its id. It stays.</summary>
    Conflict,

    /// <summary>It does not fit the study. It stays.</summary>
    Unfit,

    /// <summary>It is not in quarantine any more: somebody else was faster, or it is being erased.</summary>
    Gone,
}

/// <summary>A rejected trace to be tried again.</summary>
/// <param name="Row">The trace, whole.</param>
/// <param name="Corrected">What is to take its place; null for the bytes that came.</param>
internal sealed record Attempt(QuarantineRow Row, ReadOnlyMemory<byte>? Corrected = null);

/// <summary>What became of an attempt.</summary>
/// <param name="Fate">Whether it got in.</param>
/// <param name="Trace">The stored trace's id.</param>
/// <param name="Errors">What is still wrong; empty where nothing is.</param>
internal sealed record AttemptResult(Readmitted Fate, Guid? Trace, IReadOnlyList<FieldError> Errors)
{
    public static readonly AttemptResult Gone = new(Readmitted.Gone, null, []);

    public bool IsOut => Fate is Readmitted.Stored or Readmitted.Known;

    /// <summary>Writes down that a trace left the quarantine; nothing if it did not.</summary>
    public Task AuditAsync(
        IUnitOfWork unit,
        string action,
        Caller caller,
        string study,
        Guid quarantined,
        CancellationToken ct
    )
    {
        if (!IsOut)
        {
            return Task.CompletedTask;
        }

        var details = JsonSerializer.Serialize(
            new
            {
                quarantined,
                trace = Trace,
                duplicate = Fate == Readmitted.Known,
            }
        );
        return unit.AuditAsync(new AuditEntry(action, caller.Id, study, details), ct);
    }
}

/// <summary>
/// The way from quarantine back into the study: by the parser and the tables of any other trace, in one unit with the row's
/// removal. What gets in keeps its sender and the time when it came first.
/// </summary>
internal sealed class Readmission(
    IDatabase<TracesData> database,
    StudyDirectory directory,
    TraceSignals signals,
    IOptions<TracesOptions> options,
    TimeProvider clock
)
{
    // As with intake: a study that changes under our feet is read again, but not for ever.
    private const int MaximumTries = 5;

    // Who holds these rows keeps others from putting them back as well. SQLite has one writer anyway.
    private static readonly Sql Claim = new(
        "SELECT position FROM quarantine WHERE study = @Study AND position IN @Positions",
        "SELECT position FROM quarantine WHERE study = @Study AND position = ANY(@Positions) ORDER BY position FOR UPDATE"
    );

    private const string RemovalsOf =
        "SELECT participant, account FROM removal WHERE study = @Study AND form = 'destroy'";

    private static readonly Sql Delete = new(
        "DELETE FROM quarantine WHERE study = @Study AND position IN @Positions",
        "DELETE FROM quarantine WHERE study = @Study AND position = ANY(@Positions)"
    );

    private static readonly Sql Refresh = new(
        "UPDATE quarantine SET reasons = @Reasons, reason = @Reason WHERE study = @Study AND position = @Position",
        "UPDATE quarantine SET reasons = CAST(@Reasons AS json), reason = @Reason WHERE study = @Study AND position = @Position"
    );

    private static readonly Sql InsertLate = new(
        """
        INSERT INTO trace_late (study, received_at, position)
        SELECT study, received_at, position FROM trace WHERE study = @Study AND id IN @Ids
        """,
        """
        INSERT INTO trace_late (study, received_at, position)
        SELECT t.study, t.received_at, t.position
        FROM unnest(@Ids) AS stored (id) CROSS JOIN LATERAL (
          SELECT study, id, received_at, position FROM trace
          WHERE (study, id) >= (@Study, stored.id) ORDER BY study, id LIMIT 1) t
        WHERE t.study = @Study AND t.id = stored.id
        """
    );

    private sealed record Leaving(long? Participant, Guid? Account);

    private sealed record Parsed(Attempt Attempt, IntakeBatch Batch);

    /// <summary>Tries rows of one study again, in one unit.</summary>
    /// <param name="known">The study, as the caller was let into it.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="attempts">The rows, few enough for one unit.</param>
    /// <param name="work">What is done in the same unit: first whether the rows may be touched, at the end the audit.</param>
    /// <param name="ct">Ends it early.</param>
    /// <returns>What became of each.</returns>
    public async Task<IReadOnlyList<AttemptResult>> TryAsync(
        Study known,
        Caller caller,
        IReadOnlyList<Attempt> attempts,
        ReadmissionWork work,
        CancellationToken ct
    )
    {
        for (var tries = 0; tries < MaximumTries; tries++)
        {
            var study = await directory.LatestAsync(known, caller, ct);
            var parsed = attempts.Select(attempt => Parse(attempt, study, caller)).ToList();
            try
            {
                if (await database.WriteAsync(unit => StoreAsync(unit, study, parsed, work, ct), ct) is { } results)
                {
                    return results;
                }
            }
            catch (TriedOnlyException tried)
            {
                return tried.Results;
            }

            directory.Forget(known.Slug);
        }

        throw new DatabaseUnavailableException("The study is being changed.", TimeSpan.FromSeconds(1));
    }

    // Judged as its sender was judged. Who mends it vouches for whose it is, if he might send it himself.
    private Parsed Parse(Attempt attempt, Study study, Caller caller)
    {
        var row = attempt.Row;
        var mayName =
            row.MayName
            || (attempt.Corrected is not null && (study.RightsOf(caller) & StudyRights.Write) != StudyRights.None);
        var number = row.NumberIn(study);
        var parsed = TraceParser.ParseOne(
            attempt.Corrected ?? row.Bytes,
            study,
            new Sender(mayName, number),
            options.Value,
            clock.GetUtcNow()
        );
        return new Parsed(
            attempt,
            new IntakeBatch(study, row.Sender, parsed, row.FirstReceivedAt) { OwnNumber = number }
        );
    }

    private async Task<IReadOnlyList<AttemptResult>?> StoreAsync(
        IUnitOfWork unit,
        Study study,
        List<Parsed> parsed,
        ReadmissionWork work,
        CancellationToken ct
    )
    {
        if (!await IntakeStore.BeginAsync(unit, study))
        {
            return null;
        }

        var positions = parsed.Select(p => p.Attempt.Row.Position).ToArray();
        var there = (
            await unit.QueryAsync<long>(Claim, new { Study = study.Key, Positions = positions }, ct)
        ).ToHashSet();
        await work.Check(unit, study);
        var leaving = await unit.QueryAsync<Leaving>(RemovalsOf, new { Study = study.Key }, ct);

        var results = parsed.Select(p => Judge(p, there, leaving)).ToArray();
        var fit = Enumerable.Range(0, results.Length).Where(i => results[i].Fate == Readmitted.Stored).ToList();
        var fates = await IntakeStore.InsertAsync(unit, study, [.. fit.Select(i => parsed[i].Batch)], signals);
        for (var i = 0; i < fit.Count; i++)
        {
            results[fit[i]] = Conclude(results[fit[i]], fates[i][0]);
        }

        var ids = results.Where(r => r.Fate == Readmitted.Stored).Select(r => r.Trace!.Value).ToArray();
        if (ids.Length > 0)
        {
            // They stand behind what was received after them: retention looks for them here.
            await unit.ExecuteAsync(InsertLate, new { Study = study.Key, Ids = new IdList(ids) }, ct);
        }

        await SettleAsync(unit, study, parsed, results, ct);
        await work.Finish(unit, results);
        return work.DryRun ? throw new TriedOnlyException(results) : results;
    }

    /// <summary>What the trace looks like before storage has its say: stored, if nothing is wrong with it.</summary>
    private static AttemptResult Judge(Parsed parsed, HashSet<long> there, IReadOnlyList<Leaving> leaving)
    {
        var row = parsed.Attempt.Row;
        if (!there.Contains(row.Position) || leaving.Any(l => IsOf(l, row.Participant) || l.Account == row.Sender))
        {
            return AttemptResult.Gone;
        }

        if (parsed.Batch.Parsed.Rejections is [var rejection, ..])
        {
            return new AttemptResult(Readmitted.Unfit, null, rejection.Told.Errors);
        }

        var trace = parsed.Batch.Parsed.Traces[0];
        return leaving.Any(l => IsOf(l, trace.Participant))
            ? new AttemptResult(
                Readmitted.Unfit,
                null,
                [new FieldError("/participant", "The participant of this number is being erased.")]
            )
            : new AttemptResult(Readmitted.Stored, trace.Id, []);
    }

    // What is removed without naming anyone is the whole study.
    private static bool IsOf(Leaving leaving, long? participant) =>
        leaving.Participant is null || leaving.Participant == participant;

    private static AttemptResult Conclude(AttemptResult fitting, IntakeStore.Fate fate) =>
        fate switch
        {
            IntakeStore.Fate.Stored => fitting,
            IntakeStore.Fate.Known => fitting with { Fate = Readmitted.Known },
            _ => new AttemptResult(Readmitted.Conflict, null, [new FieldError("/id", IntakeStore.ConflictDetail)]),
        };

    /// <summary>Takes out what got in, and tells of the rest why it still does not.</summary>
    private static async Task SettleAsync(
        IUnitOfWork unit,
        Study study,
        List<Parsed> parsed,
        AttemptResult[] results,
        CancellationToken ct
    )
    {
        var positions = Enumerable
            .Range(0, results.Length)
            .Where(i => results[i].IsOut)
            .Select(i => parsed[i].Attempt.Row.Position)
            .ToArray();
        if (positions.Length > 0)
        {
            await unit.ExecuteAsync(Delete, new { Study = study.Key, Positions = positions }, ct);
        }

        for (var i = 0; i < results.Length; i++)
        {
            var (row, corrected) = parsed[i].Attempt;
            if (corrected is null && results[i].Fate is Readmitted.Unfit or Readmitted.Conflict)
            {
                var reasons = JsonSerializer.Serialize(results[i].Errors, Json.Options);
                if (reasons != row.Reasons || row.Reason != Reason.CodeOf(results[i].Errors))
                {
                    var reason = Reason.CodeOf(results[i].Errors);
                    await unit.ExecuteAsync(
                        Refresh,
                        new
                        {
                            Study = study.Key,
                            Reasons = reasons,
                            Reason = reason,
                            Position = row.Position,
                        },
                        ct
                    );
                }
            }
        }
    }

    /// <summary>Carries the results out of a unit that must leave nothing behind.</summary>
    private sealed class TriedOnlyException(IReadOnlyList<AttemptResult> results) : Exception
    {
        public IReadOnlyList<AttemptResult> Results => results;
    }
}

/// <summary>What a slice adds to the unit in which traces are put back.</summary>
internal sealed record ReadmissionWork
{
    /// <summary>Runs once the rows are held, before anything is done to them.</summary>
    public Func<IUnitOfWork, Study, Task> Check { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Runs last, with what became of each row.</summary>
    public required Func<IUnitOfWork, IReadOnlyList<AttemptResult>, Task> Finish { get; init; }

    /// <summary>Does everything and takes it back, so that what is told is what would happen.</summary>
    public bool DryRun { get; init; }
}
