using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Workouts;

/// <summary>Keeps a workout in the caller's name.</summary>
internal static class SendWorkout
{
    public static void Map(RouteGroupBuilder workouts) =>
        workouts
            .MapPost("/", Handle)
            .RequirePermission(RowingPermission.Write)
            .WithSummary("Send a workout")
            .WithDescription(
                """
                A session, whole, or the beginning of one whose strokes come live. What the monitor did not measure is left out; a
                rate, pace or drag factor of 0 and a heart rate of 0 or 255 mean none. Totals are the monitor's; what follows from
                them and from the strokes stands under `derived`. Strokes that are odd are kept, and named under `findings`.
                Private unless it says otherwise. An account keeps so many workouts as `Rowing:WorkoutsPerAccount` says; beyond that it is 409.
                """
            )
            .WithRequestExample(NewWorkout.Example)
            .WithReplyExample(WorkoutResource.Example)
            .Fails(StatusCodes.Status409Conflict);

    private static Task<Results<CreatedReply<WorkoutResource>, Problem>> Handle(
        Body<NewWorkout> body,
        IdempotencyKey key,
        Caller caller,
        WorkoutRoom room,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    ) =>
        key.RunAsync<WorkoutResource>(
            database,
            async unit =>
            {
                if (await room.RefuseAsync(unit, caller.Id, ct) is { } problem)
                {
                    return problem;
                }

                var draft = body.Value.ToDraft(caller.Id);
                var row = await WorkoutIntake.StoreAsync(unit, draft, clock.GetUtcNow(), ct);
                return Reply.Created(WorkoutResource.AddressOf(row.Id), WorkoutResource.Of(row));
            },
            ct
        );
}
