using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Live;

/// <summary>The end of a live session.</summary>
/// <param name="End">When it ended; else the last stroke says it.</param>
/// <param name="Totals">What the monitor says of the whole; else it follows from the strokes.</param>
public sealed record Finish(DateTimeOffset? End = null, Measures? Totals = null);

/// <summary>Ends a live session. Asked again it shows what came of it.</summary>
internal static class FinishWorkout
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapPost("/finish", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(WorkoutRights.Change)
            .WithSummary("Finish a live workout")
            .WithDescription(
                "Closes it with what the monitor says of the whole. A session that nobody finishes is closed by itself (`Rowing:CloseAfter`); finishing it then changes nothing."
            )
            .WithRequestExample(new Finish(Totals: new Measures(2000, 432.1)))
            .WithReplyExample(WorkoutResource.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static Task<Results<Reply<WorkoutResource>, Problem>> Handle(
        WorkoutRow workout,
        Body<Finish> body,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var end = body.Value.End?.ToUniversalTime();
        if (end < workout.StartedAt || end - workout.StartedAt > Longest)
        {
            return Task.FromResult<Results<Reply<WorkoutResource>, Problem>>(
                Problem.BadRequest(
                    "The end is not valid.",
                    new FieldError("/end", "A workout ends after it began, at most seven days later.")
                )
            );
        }

        return database.WriteAsync<Results<Reply<WorkoutResource>, Problem>>(
            async unit =>
            {
                if (await WorkoutStore.LockAsync(unit, workout.Id, ct) is not { } current)
                {
                    return Problem.NotFound();
                }

                var closed = current.IsLive
                    ? await WorkoutIntake.CloseAsync(unit, current, body.Value.Totals, end, clock.GetUtcNow(), ct)
                    : current;
                return Reply.Ok(WorkoutResource.Of(closed));
            },
            ct
        );
    }
}
