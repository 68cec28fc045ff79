using Sillage.Rowing.Strokes;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Rowing.Records;

/// <summary>Looks whether a session that came in is there already, from another device.</summary>
/// <param name="Workout">What came in.</param>
internal sealed record FindTwins(Guid Workout) : IJob
{
    public static string Kind => "workout.find-twins";
}

/// <summary>Takes workouts in, by whichever road they come.</summary>
internal static class WorkoutIntake
{
    /// <summary>Stores a workout with its strokes.</summary>
    public static async Task<WorkoutRow> StoreAsync(
        IUnitOfWork unit,
        WorkoutDraft draft,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var row = await WorkoutStore.InsertAsync(unit, Make(draft, now), ct);
        await WorkoutStore.AddStrokesAsync(unit, row.Number, 0, draft.Strokes, ct);
        if (!row.IsLive)
        {
            await SettleAsync(unit, row, draft.Strokes, ct);
        }

        return row;
    }

    /// <summary>The row of a workout, with all that follows from what was sent.</summary>
    public static WorkoutRow Make(WorkoutDraft draft, DateTimeOffset now)
    {
        Derivation.Place(draft.Strokes, draft.Intervals);
        var totals = Measures.Clean(draft.Totals);
        var (splits, intervals) = (Measures.Clean(draft.Splits), Measures.Clean(draft.Intervals));
        var derived = Derivation.Of(draft.Machine, totals, intervals ?? splits, draft.Strokes);
        var detail = new Detail(
            draft.Type,
            totals,
            derived,
            splits,
            intervals,
            draft.WeightClass,
            draft.Device,
            draft.Comments,
            draft.Tags is { Count: > 0 } ? draft.Tags : null,
            Findings(draft),
            draft.Metadata,
            draft.TimeZone
        );
        var row = new WorkoutRow(
            0,
            Guid.CreateVersion7(now),
            draft.Account,
            Word.Of(draft.Machine),
            draft.IsLive ? WorkoutRow.Live : WorkoutRow.Closed,
            Word.Of(draft.Source),
            draft.Start,
            draft.End,
            null,
            null,
            Word.Of(draft.Privacy),
            detail.Write(),
            draft.Strokes.Count,
            null,
            now,
            now,
            null
        );
        return WithSums(row, detail);
    }

    /// <summary>Closes a live session: what follows from its strokes is worked out, and they are packed anew as one.</summary>
    public static async Task<WorkoutRow> CloseAsync(
        IUnitOfWork unit,
        WorkoutRow row,
        Measures? totals,
        DateTimeOffset? end,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var strokes = await WorkoutStore.ReadStrokesAsync(unit, row.Number, ct);
        var before = row.ReadDetail();
        var intervals = before.Intervals;
        Derivation.Place(strokes, intervals);
        List<Finding> findings = [.. before.Findings ?? [], .. Derivation.Look(strokes)];
        var said = totals is null ? before.Totals : Measures.Clean(totals);
        var detail = before with
        {
            Totals = said,
            Derived = Derivation.Of(Word.Read<Machine>(row.Machine), said, intervals ?? before.Splits, strokes),
            Findings = findings.Count == 0 ? null : findings,
        };
        var last = strokes.Count > 0 ? strokes.Max(stroke => stroke.Time) : 0;
        var closed = WithSums(
            row with
            {
                State = WorkoutRow.Closed,
                EndedAt = end ?? row.StartedAt.AddMilliseconds(last),
                Detail = detail.Write(),
                Strokes = strokes.Count,
                UpdatedAt = now,
            },
            detail
        );
        await WorkoutStore.UpdateAsync(unit, closed, ct);
        await WorkoutStore.ReplaceStrokesAsync(unit, row.Number, strokes, ct);
        await SettleAsync(unit, closed, strokes, ct);
        return closed;
    }

    /// <summary>What is done with a session that is whole: its bests are kept, its twins looked for.</summary>
    private static async Task SettleAsync(IUnitOfWork unit, WorkoutRow row, List<Stroke> strokes, CancellationToken ct)
    {
        await Bests.StoreAsync(unit, row, strokes, ct);
        await unit.EnqueueAsync(new FindTwins(row.Id), ct: ct);
    }

    /// <summary>The row with the sums by which it is found, and with an end if none was said.</summary>
    private static WorkoutRow WithSums(WorkoutRow row, Detail detail)
    {
        var distance = detail.Totals.Distance ?? detail.Derived.Distance;
        var seconds = detail.Totals.Time ?? detail.Derived.Time;
        var rest = detail.Totals.RestTime ?? detail.Intervals?.Sum(interval => interval.RestTime ?? 0) ?? 0;
        return row with
        {
            Name = Recognition.NameOf(detail) ?? "",
            Distance = distance is { } metres ? (long)Math.Round(metres * 100) : null,
            Duration = seconds is { } time ? (long)Math.Round(time * 1000) : null,
            EndedAt = row.EndedAt ?? (row.IsLive ? null : row.StartedAt.AddSeconds((seconds ?? 0) + rest)),
        };
    }

    private static List<Finding>? Findings(WorkoutDraft draft)
    {
        List<Finding> findings = [.. draft.Findings, .. Derivation.Look(draft.Strokes)];
        return findings.Count == 0 ? null : findings;
    }
}
