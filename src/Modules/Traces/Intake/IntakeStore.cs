using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Formats;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Intake;

/// <summary>Puts a group of batches into storage, in the unit given: traces, quarantine and kept replies together.</summary>
internal static class IntakeStore
{
    /// <summary>What is said of a trace whose id another one has.</summary>
    public const string ConflictDetail =
        "A trace with this id is stored already, with other content. The stored one stays; give another id to a new trace.";

    /// <summary>What became of one trace.</summary>
    public enum Fate
    {
        Stored,
        Known,
        Conflict,
    }

    public static async Task<IntakeOutcome[]> StoreAsync(
        IUnitOfWork unit,
        IReadOnlyList<IntakeBatch> batches,
        TraceSignals signals
    )
    {
        var outcomes = new IntakeOutcome[batches.Count];
        if (unit.Dialect == SqlDialect.Sqlite)
        {
            var sqlite = new SqliteIntake(unit);
            for (var i = 0; i < batches.Count; i++)
            {
                var batch = batches[i];
                outcomes[i] = sqlite.IsCurrent(batch.Study)
                    ? await StoreBatchAsync(unit, batch, sqlite.Insert)
                    : IntakeOutcome.Outdated;
            }

            sqlite.KeepPosition();
        }
        else
        {
            await StoreOnPostgresAsync(unit, batches, outcomes);
        }

        foreach (var key in Changed(batches, outcomes))
        {
            unit.OnCommitted(() => signals.Wake(key));
        }

        return outcomes;
    }

    /// <summary>Gives the unit the study's turn, for traces that are not a batch of intake.</summary>
    /// <returns>Whether the study is still what it was when the traces were checked.</returns>
    public static async Task<bool> BeginAsync(IUnitOfWork unit, Study study) =>
        unit.Dialect == SqlDialect.Sqlite
            ? new SqliteIntake(unit).IsCurrent(study)
            : await PostgresIntake.LockAsync(unit, study.Key) == study.Version;

    /// <summary>Stores the traces of batches of the study whose turn it is, and nothing else: what becomes of the others is the caller's to settle.</summary>
    /// <returns>What became of each trace of each batch.</returns>
    public static async Task<IReadOnlyList<Fate[]>> InsertAsync(
        IUnitOfWork unit,
        Study study,
        IReadOnlyList<IntakeBatch> batches,
        TraceSignals signals
    )
    {
        IReadOnlyList<Fate[]> fates;
        if (unit.Dialect == SqlDialect.Sqlite)
        {
            var sqlite = new SqliteIntake(unit);
            fates = [.. batches.Select(sqlite.Insert)];
            sqlite.KeepPosition();
        }
        else
        {
            fates = await PostgresIntake.InsertAsync(unit, study.Key, batches);
        }

        unit.OnCommitted(() => signals.Wake(study.Key));
        return fates;
    }

    private static HashSet<long> Changed(IReadOnlyList<IntakeBatch> batches, IntakeOutcome[] outcomes)
    {
        var changed = new HashSet<long>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i].Reply is { Accepted: > 0 })
            {
                changed.Add(batches[i].Study.Key);
            }
        }

        return changed;
    }

    private static async Task StoreOnPostgresAsync(
        IUnitOfWork unit,
        IReadOnlyList<IntakeBatch> batches,
        IntakeOutcome[] outcomes
    )
    {
        // Studies in fixed order, so that two processes do not wait for each other's locks.
        foreach (
            var study in batches
                .Select((Batch, Place) => (Batch, Place))
                .GroupBy(b => b.Batch.Study.Key)
                .OrderBy(g => g.Key)
        )
        {
            var version = await PostgresIntake.LockAsync(unit, study.Key);
            var current = new List<(IntakeBatch Batch, int Place)>();
            var claimed = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (batch, place) in study)
            {
                // The same request twice at once: the first has to have its reply before the second asks for it.
                if (batch.Key?.Name is { } name && !claimed.Add(name))
                {
                    await StoreOnPostgresAsync(unit, study.Key, current, outcomes);
                    current.Clear();
                }

                if (batch.Study.Version != version)
                {
                    outcomes[place] = IntakeOutcome.Outdated;
                }
                else if (await FindKeptAsync(unit, batch) is { } kept)
                {
                    outcomes[place] = kept;
                }
                else
                {
                    current.Add((batch, place));
                }
            }

            await StoreOnPostgresAsync(unit, study.Key, current, outcomes);
        }
    }

    private static async Task StoreOnPostgresAsync(
        IUnitOfWork unit,
        long study,
        List<(IntakeBatch Batch, int Place)> current,
        IntakeOutcome[] outcomes
    )
    {
        var fates = await PostgresIntake.InsertAsync(unit, study, [.. current.Select(c => c.Batch)]);
        for (var i = 0; i < current.Count; i++)
        {
            outcomes[current[i].Place] = await FinishAsync(unit, current[i].Batch, fates[i]);
        }
    }

    private static async Task<IntakeOutcome> StoreBatchAsync(
        IUnitOfWork unit,
        IntakeBatch batch,
        Func<IntakeBatch, Fate[]> insert
    ) => await FindKeptAsync(unit, batch) ?? await FinishAsync(unit, batch, insert(batch));

    private static async Task<IntakeOutcome?> FindKeptAsync(IUnitOfWork unit, IntakeBatch batch)
    {
        if (batch.Key is null)
        {
            return null;
        }

        try
        {
            if (await batch.Key.FindAsync(unit, CancellationToken.None) is not { } kept)
            {
                return null;
            }

            var again = new KeptReply(StatusCodes.Status200OK, null, IntakeReply.SentAgain(kept.Json));
            return new IntakeOutcome(null, default, 0, Kept: again);
        }
        catch (ProblemException e)
        {
            // The key was used with another body: that is this batch's trouble, not the others'.
            return new IntakeOutcome(null, default, 0, e.Problem);
        }
    }

    private static async Task<IntakeOutcome> FinishAsync(IUnitOfWork unit, IntakeBatch batch, Fate[] fates)
    {
        var stored = fates.Count(f => f == Fate.Stored);
        var known = fates.Count(f => f == Fate.Known);
        var rejections = batch.Parsed.Rejections;
        if (stored + known < fates.Length)
        {
            rejections = [.. rejections, .. Conflicts(batch, fates)];
            rejections.Sort((a, b) => a.Told.Index.CompareTo(b.Told.Index));
        }

        if (batch.Limits is { } limits && rejections.Count > limits.MaxRejectedTraces)
        {
            // Rolled back, and told to this sender alone.
            throw new ProblemException(
                TraceParser.TooManyRejected(rejections.Select(r => r.Told), limits.MaxRejectedTraces)
            );
        }

        if (!batch.Imported && rejections.Exists(r => r.MayBeKept))
        {
            rejections = await QuarantineStore.KeepAsync(unit, batch, rejections);
        }

        var reply = new IntakeReply(stored, known, rejections.Count == 0 ? [] : [.. rejections.Select(r => r.Told)]);
        ReadOnlyMemory<byte> json = JsonSerializer.SerializeToUtf8Bytes(reply, Json.Options);
        // What could not be taken at all may be sent again once it is mended, under the same key.
        if (batch.Key is not null && reply.Status < 300)
        {
            await batch.Key.KeepAsync(unit, new KeptReply(reply.Status, null, json), CancellationToken.None);
        }

        return new IntakeOutcome(reply, json, reply.Status);
    }

    private static IEnumerable<Rejection> Conflicts(IntakeBatch batch, Fate[] fates)
    {
        for (var i = 0; i < fates.Length; i++)
        {
            if (fates[i] == Fate.Conflict)
            {
                var trace = batch.Parsed.Traces[i];
                yield return new Rejection(
                    new RejectedTrace(trace.Index, trace.Id, [new FieldError("/id", ConflictDetail)]),
                    trace.Whole,
                    trace.Participant
                );
            }
        }
    }
}
