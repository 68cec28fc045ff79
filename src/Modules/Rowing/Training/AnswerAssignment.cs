using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>What a rower did of what was assigned.</summary>
/// <param name="Workout">The workout, one of his own.</param>
public sealed record Answer(Guid Workout);

/// <summary>Says which workout is what was assigned, where its name does not say it.</summary>
internal static class AnswerAssignment
{
    private const string Put = """
        INSERT INTO assignment_answer (assignment_id, account_id, workout) VALUES (@Assignment, @Account, @Workout)
        ON CONFLICT (assignment_id, account_id) DO UPDATE SET workout = @Workout
        """;

    private const string Remove =
        "DELETE FROM assignment_answer WHERE assignment_id = @Assignment AND account_id = @Account";

    public static void Map(RouteGroupBuilder squad)
    {
        squad
            .MapPut("/assignments/{assignment:guid}/answer", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.TakePart)
            .WithSummary("Say which workout was the assigned one")
            .WithDescription(
                "One of one's own, instead of what its name would tell. The squad sees it if one lets it see results."
            )
            .WithRequestExample(new Answer(Guid.Parse("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58")))
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
        squad
            .MapDelete("/assignments/{assignment:guid}/answer", TakeBack)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.TakePart)
            .WithSummary("Leave it to names which workout was the assigned one")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<NoContent, Problem>> Handle(
        Squad squad,
        Guid assignment,
        Body<Answer> body,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var problem = await database.WriteAsync<Problem?>(
            async unit =>
            {
                await Squad.LockAsync(unit, squad.Id, caller, SquadRights.TakePart, ct);
                if (await AssignmentRow.FindAsync(unit, squad.Id, assignment, ct) is null)
                {
                    return Problem.NotFound();
                }

                if (
                    await WorkoutStore.FindAsync(unit, body.Value.Workout, ct) is not { IsLive: false } workout
                    || workout.AccountId != caller.Id
                )
                {
                    return Problem.BadRequest(
                        "There is no such workout.",
                        new FieldError("/workout", "The id of a workout of your own that is finished.")
                    );
                }

                var answer = new
                {
                    Assignment = assignment,
                    Account = caller.Id,
                    Workout = workout.Number,
                };
                await unit.ExecuteAsync(Put, answer, ct);
                return null;
            },
            ct
        );
        return problem is null ? TypedResults.NoContent() : problem;
    }

    private static async Task<Results<NoContent, Problem>> TakeBack(
        Squad squad,
        Guid assignment,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var isThere = await database.WriteAsync(
            async unit =>
            {
                if (await AssignmentRow.FindAsync(unit, squad.Id, assignment, ct) is null)
                {
                    return false;
                }

                await unit.ExecuteAsync(Remove, new { Assignment = assignment, Account = caller.Id }, ct);
                return true;
            },
            ct
        );
        return isThere ? TypedResults.NoContent() : Problem.NotFound();
    }
}
