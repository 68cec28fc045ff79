using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>
/// Finds the workout that an address names; to whoever may not read it there is none. A coach whom its rower lets read it may, and the rower sees that he did.
/// </summary>
internal sealed class WorkoutGate(IDatabase<RowingData> database, Looks looks) : GateMetadata
{
    private const string SquadOfBoth = """
        SELECT m.squad_id FROM squad_member m JOIN squad_member c ON c.squad_id = m.squad_id
        WHERE m.account_id = @Rower AND m.shares_workouts AND c.account_id = @Caller AND c.role = 'coach'
        ORDER BY m.squad_id LIMIT 1
        """;

    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var id = Guid.Parse((string)context.GetRouteValue("workout")!);
        var ct = context.RequestAborted;
        var row = await database.ReadAsync(reader => FindAsync(reader, id, caller, ct), ct);
        if (row is null || row.RightsOf(caller) == WorkoutRights.None)
        {
            return Problem.NotFound();
        }

        if (row.CoachedIn is { } squad)
        {
            await looks.RecordAsync(caller, squad, LookedAt.Workout, row.Id, [row.AccountId], ct);
        }

        context.Features.Set<IResource<WorkoutRights>>(row);
        return null;
    }

    private static async Task<WorkoutRow?> FindAsync(IReader reader, Guid id, Caller caller, CancellationToken ct)
    {
        var row = await WorkoutStore.FindAsync(reader, id, ct);
        if (row is null || row.AccountId == caller.Id)
        {
            return row;
        }

        var both = new { Rower = row.AccountId, Caller = caller.Id };
        return row with { CoachedIn = await reader.ScalarAsync<Guid?>(SquadOfBoth, both, ct) };
    }
}
