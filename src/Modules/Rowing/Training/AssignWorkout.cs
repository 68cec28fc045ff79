using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Idempotency;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>Assigns workouts to a squad, shows them and takes them back.</summary>
internal static class AssignWorkout
{
    private const int Most = 2000;

    private const string Count = "SELECT COUNT(*) FROM assignment WHERE squad_id = @Squad";

    private const string Insert = """
        INSERT INTO assignment (id, squad_id, title, machine, piece, targets, note, opens_at, due_at, created_at)
        VALUES (@Id, @SquadId, @Title, @Machine, @Piece, @Targets, @Note, @OpensAt, @DueAt, @CreatedAt)
        """;

    private const string Select = $"""
        SELECT {AssignmentRow.Columns} FROM assignment WHERE squad_id = @Squad AND id < @Before ORDER BY id DESC LIMIT @Limit
        """;

    private const string Delete = "DELETE FROM assignment WHERE id = @Id";

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder squad)
    {
        squad
            .MapPost("/assignments", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Assign a workout to a squad")
            .WithDescription("Everybody else in the squad is notified of it (`rowing.assigned`).")
            .WithRequestExample(NewAssignment.Example)
            .WithReplyExample(AssignmentResource.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        squad
            .MapGet("/assignments", List)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Read)
            .WithSummary("List the workouts assigned to a squad")
            .WithDescription("The newest first.")
            .WithReplyExample(new Page<AssignmentResource>([AssignmentResource.Example], null))
            .Fails(StatusCodes.Status404NotFound);
        squad
            .MapGet("/assignments/{assignment:guid}", Read)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Read)
            .WithSummary("Read an assigned workout")
            .WithReplyExample(AssignmentResource.Example)
            .Fails(StatusCodes.Status404NotFound);
        squad
            .MapDelete("/assignments/{assignment:guid}", TakeBack)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Take an assigned workout back")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static Task<Results<CreatedReply<AssignmentResource>, Problem>> Handle(
        Squad squad,
        Body<NewAssignment> body,
        IdempotencyKey key,
        Caller caller,
        TellLimit limit,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        limit.Take(caller.Id);
        var (now, wanted) = (clock.GetUtcNow(), body.Value);
        var row = new AssignmentRow(
            Guid.CreateVersion7(now),
            squad.Id,
            wanted.Title,
            Word.Of(wanted.Machine),
            wanted.Piece,
            JsonSerializer.Serialize(wanted.Targets ?? new Targets(), Json.Options),
            wanted.Note,
            wanted.OpensAt?.ToUniversalTime() ?? now,
            wanted.DueAt.ToUniversalTime(),
            now,
            null
        );
        return key.RunAsync<AssignmentResource>(
            database,
            async unit =>
            {
                var held = await Squad.LockAsync(unit, squad.Id, caller, SquadRights.Coach, ct);
                if (row.DueAt <= row.OpensAt)
                {
                    return Problem.BadRequest(
                        "The assignment is not valid.",
                        new FieldError("/dueAt", "Later than it opens.")
                    );
                }

                if (await unit.ScalarAsync<long>(Count, new { Squad = squad.Id }, ct) >= Most)
                {
                    return Problem.Conflict($"{Most} workouts are assigned. Take old ones back first.");
                }

                await unit.ExecuteAsync(Insert, row, ct);
                var others = await Squad.OthersAsync(unit, squad.Id, caller.Id, ct);
                await RowingKinds.TellAsync(unit, row, held.Name, caller.Id, others, ct);
                return Reply.Created(AssignmentResource.AddressOf(squad.Id, row.Id), AssignmentResource.Of(row));
            },
            ct
        );
    }

    private static async Task<PageReply<AssignmentResource>> List(
        Squad squad,
        PageRequest page,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Squad = squad.Id,
            Before = page.After<Keys>()?.Id ?? Guid.AllBitsSet,
            Limit = page.Limit + 1L,
        };
        var (rows, isCut) = await database.ReadAsync(
            r =>
                r.QueryWithinAsync<AssignmentRow>(
                    Select,
                    parameters,
                    PageRequest.MaximumBytes,
                    row => row.Title.Length + (row.Note?.Length ?? 0),
                    ct
                ),
            ct
        );
        return PageReply<AssignmentResource>.Of(
            [.. rows.Select(AssignmentResource.Of)],
            page,
            assignment => new Keys(assignment.Id),
            isCut
        );
    }

    private static async Task<Results<Reply<AssignmentResource>, Problem>> Read(
        Squad squad,
        Guid assignment,
        IDatabase<RowingData> database,
        CancellationToken ct
    ) =>
        await database.ReadAsync(r => AssignmentRow.FindAsync(r, squad.Id, assignment, ct), ct) is { } row
            ? Reply.Ok(AssignmentResource.Of(row))
            : Problem.NotFound();

    private static async Task<Results<NoContent, Problem>> TakeBack(
        Squad squad,
        Guid assignment,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var isGone = await database.WriteAsync(
            async unit =>
            {
                await Squad.LockAsync(unit, squad.Id, caller, SquadRights.Coach, ct);
                if (await AssignmentRow.FindAsync(unit, squad.Id, assignment, ct) is not { } row)
                {
                    return false;
                }

                await unit.ExecuteAsync(Delete, new { row.Id }, ct);
                var others = await Squad.OthersAsync(unit, squad.Id, caller.Id, ct);
                await RowingKinds.TakeBackAsync(unit, row, others, ct);
                return true;
            },
            ct
        );
        return isGone ? TypedResults.NoContent() : Problem.NotFound();
    }
}
