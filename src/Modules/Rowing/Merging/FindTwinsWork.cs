using Sillage.Rowing.Records;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Rowing.Merging;

/// <inheritdoc cref="FindTwins"/>
internal sealed class FindTwinsWork(TimeProvider clock) : IWork<FindTwins>
{
    // As many as nobody's devices record at once: what is sent by the thousand is not put together.
    private const long MostNear = 100;

    /// <summary>So many records has a session besides the one that is shown.</summary>
    private const int MostCopies = 8;

    private const string Near = """
        SELECT id FROM workout
        WHERE account_id = @Account AND started_at >= @From AND started_at <= @To AND number <> @Number
          AND state = 'closed' AND copy_of IS NULL
        ORDER BY number LIMIT @Limit
        """;

    private const string Copies = "SELECT COUNT(*) FROM workout WHERE copy_of = @A OR copy_of = @B";

    private const string WasParted = """
        SELECT COUNT(*) FROM merge
        WHERE undone_at IS NOT NULL AND ((kept = @A AND copy = @B) OR (kept = @B AND copy = @A))
        """;

    private const string Insert = """
        INSERT INTO merge (id, account_id, kept, copy, reason, merged_at) VALUES (@Id, @Account, @Kept, @Copy, @Reason, @Now)
        """;

    private const string MoveCopies = "UPDATE workout SET copy_of = @Kept, updated_at = @Now WHERE copy_of = @Copy";

    private const string MoveMerges = "UPDATE merge SET kept = @Kept WHERE kept = @Copy AND undone_at IS NULL";

    private const string Mark = "UPDATE workout SET copy_of = @Kept, updated_at = @Now WHERE id = @Copy";

    public Task<WorkResult> RunAsync(FindTwins job, WorkRun run, CancellationToken ct) =>
        // All in one unit: two records of a session that come at once are put together by whichever is looked at last.
        Task.FromResult(WorkResult.With(unit => MergeAsync(unit, job.Workout, ct)));

    private async Task MergeAsync(IUnitOfWork unit, Guid id, CancellationToken ct)
    {
        if (await WorkoutStore.LockAsync(unit, id, ct) is not { IsLive: false, CopyOf: null } row)
        {
            return;
        }

        var parameters = new
        {
            Account = row.AccountId,
            From = row.StartedAt - Match.Reach,
            To = row.StartedAt + Match.Reach,
            row.Number,
            Limit = MostNear,
        };
        // One at a time: what stands in a row may be long.
        foreach (var near in await unit.QueryAsync<Guid>(Near, parameters, ct))
        {
            var pair = new { A = row.Id, B = near };
            if (
                await WorkoutStore.FindAsync(unit, near, ct) is { } other
                && ReasonOf(row, other) is { } reason
                && await unit.ScalarAsync<long>(WasParted, pair, ct) == 0
                && await unit.ScalarAsync<long>(Copies, pair, ct) < MostCopies
            )
            {
                await MergeAsync(unit, other, row, reason, ct);
                return;
            }
        }
    }

    // The one that came first stands first, whichever is looked at.
    private static string? ReasonOf(WorkoutRow a, WorkoutRow b) =>
        a.Number < b.Number ? Match.ReasonOf(a, b) : Match.ReasonOf(b, a);

    private async Task MergeAsync(
        IUnitOfWork unit,
        WorkoutRow other,
        WorkoutRow row,
        string reason,
        CancellationToken ct
    )
    {
        var mine = Richness.Of(row, await WorkoutStore.ReadStrokesAsync(unit, row.Number, ct));
        var its = Richness.Of(other, await WorkoutStore.ReadStrokesAsync(unit, other.Number, ct));
        var (kept, copy) = mine > its ? (row, other) : (other, row);
        var now = clock.GetUtcNow();
        var merge = new
        {
            Id = Guid.CreateVersion7(now),
            Account = row.AccountId,
            Kept = kept.Id,
            Copy = copy.Id,
            Reason = reason,
            Now = now,
        };
        await unit.ExecuteAsync(MoveCopies, merge, ct);
        await unit.ExecuteAsync(MoveMerges, merge, ct);
        await unit.ExecuteAsync(Mark, merge, ct);
        await unit.ExecuteAsync(Insert, merge, ct);
    }
}
