using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;

namespace Sillage.Rowing.Workouts;

/// <summary>Shows a workout.</summary>
internal static class ReadWorkout
{
    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapGet("/", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(WorkoutRights.Read)
            .WithSummary("Read a workout")
            .WithReplyExample(WorkoutResource.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static Reply<WorkoutResource> Handle(WorkoutRow workout) => Reply.Ok(WorkoutResource.Of(workout));
}
