using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Merging;

/// <summary>Parts two records that were taken for one session.</summary>
internal static class UndoMerge
{
    private const string Undo = """
        UPDATE merge SET undone_at = @Now WHERE kept = @Kept AND copy = @Copy AND undone_at IS NULL
        """;

    private const string Free =
        "UPDATE workout SET copy_of = NULL, updated_at = @Now WHERE id = @Copy AND copy_of = @Kept";

    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapDelete("/sources/{copy:guid}", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(WorkoutRights.Change)
            .WithSummary("Part two records of a session")
            .WithDescription("Both stand for themselves again, as they came, and are not put together any more.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<NoContent, Problem>> Handle(
        WorkoutRow workout,
        Guid copy,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var pair = new
        {
            Kept = workout.Id,
            Copy = copy,
            Now = clock.GetUtcNow(),
        };
        var parted = await database.WriteAsync(
            async unit =>
            {
                await unit.ExecuteAsync(Free, pair, ct);
                return await unit.ExecuteAsync(Undo, pair, ct);
            },
            ct
        );
        return parted == 0 ? Problem.NotFound() : TypedResults.NoContent();
    }
}
