using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Records;

/// <summary>How many workouts an account may keep (<see cref="RowingOptions.WorkoutsPerAccount"/>), copies from other devices and live ones too.</summary>
internal sealed class WorkoutRoom(IOptions<RowingOptions> options)
{
    private const string Count = "SELECT COUNT(*) FROM workout WHERE account_id = @Account";

    /// <summary>Why there is no room for more, and what to do; null where there is.</summary>
    public async Task<string?> RefusalAsync(IReader reader, Guid account, int more, CancellationToken ct)
    {
        var most = options.Value.WorkoutsPerAccount;
        var kept = await reader.ScalarAsync<long>(Count, new { Account = account }, ct);
        return kept + more <= most
            ? null
            : $"{kept} workouts are kept, and {most} are the most of an account: {more} more have no room. Delete some first (DELETE /api/v1/workouts/{{id}}), or ask whoever runs the server for more (Rowing:WorkoutsPerAccount).";
    }

    /// <summary>The same as a problem; null where there is room.</summary>
    public async Task<Problem?> RefuseAsync(IReader reader, Guid account, CancellationToken ct) =>
        await RefusalAsync(reader, account, 1, ct) is { } refusal ? Problem.Conflict(refusal) : null;
}
