using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Rowing.Squads;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>Changes an assigned workout: what it is called, when it is to be rowed and at what. What is rowed, and on what, stays.</summary>
internal static class ChangeAssignment
{
    private const string Update = """
        UPDATE assignment SET title = @Title, targets = @Targets, note = @Note, opens_at = @OpensAt, due_at = @DueAt, changed_at = @ChangedAt
        WHERE id = @Id
        """;

    /// <summary>The part of an assigned workout that can change.</summary>
    /// <param name="Title">What it is called, 1 to 200 characters.</param>
    /// <param name="DueAt">Until when it is to be rowed.</param>
    /// <param name="OpensAt">From when what is rowed counts for it.</param>
    /// <param name="Targets">What it is to be rowed at.</param>
    /// <param name="Note">More about it, at most 2000 characters.</param>
    public sealed record Changeable(
        [property: Required, StringLength(200, MinimumLength = 1)] string Title,
        DateTimeOffset DueAt,
        DateTimeOffset OpensAt,
        Targets? Targets = null,
        [property: StringLength(2000)] string? Note = null
    ) : IValidatableObject
    {
        /// <inheritdoc />
        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
            NewAssignment.CheckTimes(OpensAt, DueAt);
    }

    public static void Map(RouteGroupBuilder squad) =>
        squad
            .MapPatch("/assignments/{assignment:guid}", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Change an assigned workout")
            .WithDescription(
                """
                A JSON Merge Patch of its title, times, targets and note. What was rowed is counted by the times as they are then, and compared with the targets as they are then; what
                rowers said that they did stays. Machine and piece do not change, as that would be another workout. Everybody else in the squad is notified (`rowing.assignment-changed`).
                """
            )
            .WithRequestExample(new { dueAt = NewAssignment.Example.DueAt.AddDays(1), targets = new { pace = 104 } })
            .WithReplyExample(AssignmentResource.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed);

    private static async Task<Reply<AssignmentResource>> Handle(
        Squad squad,
        Guid assignment,
        MergePatch<Changeable> patch,
        Precondition precondition,
        Caller caller,
        TellLimit limit,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        limit.Take(caller.Id);
        var row = await database.WriteAsync(
            async unit =>
            {
                var held = await Squad.LockAsync(unit, squad.Id, caller, SquadRights.Coach, ct);
                var current =
                    await AssignmentRow.FindAsync(unit, squad.Id, assignment, ct)
                    ?? throw new ProblemException(Problem.NotFound());
                precondition.Check(AssignmentResource.Of(current));
                var wanted = patch.Apply(
                    new Changeable(current.Title, current.DueAt, current.OpensAt, current.ReadTargets(), current.Note)
                );
                var next = current with
                {
                    Title = wanted.Title,
                    DueAt = wanted.DueAt.ToUniversalTime(),
                    OpensAt = wanted.OpensAt.ToUniversalTime(),
                    Targets = JsonSerializer.Serialize(wanted.Targets ?? new Targets(), Json.Options),
                    Note = wanted.Note,
                };
                if (next == current)
                {
                    return current;
                }

                next = next with { ChangedAt = clock.GetUtcNow() };
                await unit.ExecuteAsync(Update, next, ct);
                var others = await Squad.OthersAsync(unit, squad.Id, caller.Id, ct);
                await RowingKinds.TellOfChangeAsync(unit, current, next, held.Name, caller.Id, others, ct);
                return next;
            },
            ct
        );
        return Reply.Ok(AssignmentResource.Of(row));
    }
}
