using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>A comment on a workout, to write.</summary>
/// <param name="Text">What it says, 1 to 2000 characters.</param>
public sealed record NewWorkoutComment([property: Required, StringLength(2000, MinimumLength = 1)] string Text);

/// <summary>A comment on a workout.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Text">What it says.</param>
/// <param name="WrittenAt">When.</param>
/// <param name="Links">Where it is.</param>
public sealed record WorkoutComment(Guid Id, SquadPerson Author, string Text, DateTimeOffset WrittenAt, Links Links)
{
    internal static WorkoutComment Example { get; } =
        new(
            Guid.Empty,
            SquadPerson.Example,
            "Longer at the catch.",
            DateTimeOffset.UnixEpoch,
            LinksOf(Guid.Empty, Guid.Empty)
        );

    internal static Links LinksOf(Guid workout, Guid id) => new($"{WorkoutResource.AddressOf(workout)}/comments/{id}");
}

/// <summary>What a rower and his coaches say to each other about a workout.</summary>
internal static class CommentWorkout
{
    private const int Most = 500;

    private const string Count = "SELECT COUNT(*) FROM workout_comment WHERE workout = @Number";

    private const string Insert = """
        INSERT INTO workout_comment (id, workout, account_id, text, written_at) VALUES (@Id, @Number, @Account, @Text, @Now)
        """;

    // The rower, and those who may still read it.
    private const string Recipients = """
        SELECT DISTINCT c.account_id FROM workout_comment c
        JOIN squad_member k ON k.account_id = c.account_id AND k.role = 'coach'
        JOIN squad_member m ON m.squad_id = k.squad_id AND m.account_id = @Rower AND m.shares_workouts
        WHERE c.workout = @Number
        """;

    private const string Select = """
        SELECT id, account_id, text, written_at FROM workout_comment WHERE workout = @Number AND id > @After ORDER BY id LIMIT @Limit
        """;

    private const string Delete = """
        DELETE FROM workout_comment WHERE workout = @Number AND id = @Id AND (account_id = @Account OR @IsRower)
        """;

    private sealed record Row(Guid Id, Guid AccountId, string Text, DateTimeOffset WrittenAt);

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder workout)
    {
        workout
            .MapPost("/comments", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(WorkoutRights.Discuss)
            .WithSummary("Comment on a workout")
            .WithDescription(
                "Its rower, and the coaches whom he lets read it. The rower is notified, and coaches who commented on it (`rowing.comment`)."
            )
            .WithRequestExample(new NewWorkoutComment("Longer at the catch."))
            .WithReplyExample(WorkoutComment.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        workout
            .MapGet("/comments", List)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(WorkoutRights.Discuss)
            .WithSummary("List the comments on a workout")
            .WithReplyExample(new Page<WorkoutComment>([WorkoutComment.Example], null))
            .Fails(StatusCodes.Status404NotFound);
        workout
            .MapDelete("/comments/{id:guid}", Remove)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(WorkoutRights.Discuss)
            .WithSummary("Delete a comment on a workout")
            .WithDescription("One's own; the rower deletes any on a workout of his.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<CreatedReply<WorkoutComment>, Problem>> Handle(
        WorkoutRow workout,
        Body<NewWorkoutComment> body,
        IdempotencyKey key,
        Caller caller,
        SquadPeople people,
        TellLimit limit,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        limit.Take(caller.Id);
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var author = (await people.OfAsync([caller.Id], ct))[caller.Id];
        return await key.RunAsync<WorkoutComment>(
            database,
            async unit =>
            {
                if (await WorkoutStore.LockAsync(unit, workout.Id, ct) is not { } row)
                {
                    return Problem.NotFound();
                }

                if (await unit.ScalarAsync<long>(Count, new { row.Number }, ct) >= Most)
                {
                    return Problem.Conflict($"There are {Most} comments on this workout.");
                }

                var comment = new
                {
                    Id = id,
                    row.Number,
                    Account = caller.Id,
                    body.Value.Text,
                    Now = now,
                };
                await unit.ExecuteAsync(Insert, comment, ct);
                var others = await unit.QueryAsync<Guid>(Recipients, new { row.Number, Rower = row.AccountId }, ct);
                var told = others.Append(row.AccountId).Distinct().Where(account => account != caller.Id);
                await RowingKinds.TellOfCommentAsync(unit, row.Id, id, caller.Id, told, ct);
                var links = WorkoutComment.LinksOf(row.Id, id);
                return Reply.Created(links["self"], new WorkoutComment(id, author, body.Value.Text, now, links));
            },
            ct
        );
    }

    private static async Task<PageReply<WorkoutComment>> List(
        WorkoutRow workout,
        PageRequest page,
        SquadPeople people,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            workout.Number,
            After = page.After<Keys>()?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(r => r.QueryAsync<Row>(Select, parameters, ct), ct);
        var names = await people.OfAsync(rows.Select(row => row.AccountId), ct);
        return PageReply<WorkoutComment>.Of(
            [
                .. rows.Select(row => new WorkoutComment(
                    row.Id,
                    names[row.AccountId],
                    row.Text,
                    row.WrittenAt,
                    WorkoutComment.LinksOf(workout.Id, row.Id)
                )),
            ],
            page,
            comment => new Keys(comment.Id)
        );
    }

    private static async Task<Results<NoContent, Problem>> Remove(
        WorkoutRow workout,
        Guid id,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            workout.Number,
            Id = id,
            Account = caller.Id,
            IsRower = workout.AccountId == caller.Id,
        };
        var removed = await database.WriteAsync(unit => unit.ExecuteAsync(Delete, parameters, ct), ct);
        return removed == 0 ? Problem.NotFound() : TypedResults.NoContent();
    }
}
