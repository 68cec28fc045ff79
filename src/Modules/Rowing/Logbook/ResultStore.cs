using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Logbook;

/// <summary>Results in the tables.</summary>
internal static class ResultStore
{
    private const string Same = """
        SELECT COUNT(*) FROM workout
        WHERE account_id = @Account AND started_at >= @From AND started_at <= @End AND ended_at = @End
          AND distance = @Distance AND duration = @Duration
        """;

    private const string SelectOne =
        $"SELECT {WorkoutRow.Columns} FROM workout WHERE number = @Number AND account_id = @Account";

    public static Task<WorkoutRow?> FindAsync(IReader reader, Guid account, long number, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<WorkoutRow>(SelectOne, new { Number = number, Account = account }, ct);

    /// <summary>Stores a result.</summary>
    /// <returns>The row, or why there is no room for it; neither if one of the same date, time and distance is there.</returns>
    public static async Task<(WorkoutRow? Row, string? Refusal)> StoreAsync(
        IUnitOfWork unit,
        WorkoutDraft draft,
        WorkoutRoom room,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var same = new
        {
            draft.Account,
            From = draft.Start.AddDays(-8),
            End = draft.End!.Value,
            Distance = (long)Math.Round(draft.Totals.Distance!.Value * 100),
            Duration = (long)Math.Round(draft.Totals.Time!.Value * 1000),
        };
        if (await unit.ScalarAsync<long>(Same, same, ct) > 0)
        {
            return (null, null);
        }

        return await room.RefusalAsync(unit, draft.Account, 1, ct) is { } refusal
            ? (null, refusal)
            : (await WorkoutIntake.StoreAsync(unit, draft, now, ct), null);
    }
}
