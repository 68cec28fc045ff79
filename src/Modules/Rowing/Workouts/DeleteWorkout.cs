using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Workouts;

/// <summary>Deletes a workout with its strokes.</summary>
internal static class DeleteWorkout
{
    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapDelete("/", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(WorkoutRights.Change)
            .WithSummary("Delete a workout")
            .WithDescription("With its strokes. Copies of it from other devices stand for themselves again.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed);

    private static async Task<NoContent> Handle(
        WorkoutRow workout,
        Precondition precondition,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                var current =
                    await WorkoutStore.LockAsync(unit, workout.Id, ct)
                    ?? throw new ProblemException(Problem.NotFound());
                precondition.Check(WorkoutResource.Of(current));
                await WorkoutStore.DeleteAsync(unit, current, clock.GetUtcNow(), ct);
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
