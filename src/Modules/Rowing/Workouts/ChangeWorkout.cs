using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Workouts;

/// <summary>Changes what the rower says of a workout; what the monitor said stays.</summary>
internal static class ChangeWorkout
{
    /// <summary>The part of a workout that can change.</summary>
    /// <param name="Privacy">Who may read it.</param>
    /// <param name="TimeZone">The name of the zone it was rowed in.</param>
    /// <param name="WeightClass">Heavy- or lightweight.</param>
    /// <param name="Comments">What the rower says of it.</param>
    /// <param name="Tags">Words to find it by, at most 20.</param>
    public sealed record Changeable(
        Privacy Privacy = Privacy.Private,
        [property: StringLength(64, MinimumLength = 1)] string? TimeZone = null,
        WeightClass? WeightClass = null,
        [property: StringLength(10_000)] string? Comments = null,
        [property: MaxLength(20)] IReadOnlyList<string>? Tags = null
    ) : IValidatableObject
    {
        /// <inheritdoc />
        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
            [.. WorkoutRules.CheckZone(TimeZone), .. WorkoutRules.CheckTags(Tags)];
    }

    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapPatch("/", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(WorkoutRights.Change)
            .WithSummary("Change a workout")
            .WithDescription("A JSON Merge Patch of what the rower says of it. What the monitor said does not change.")
            .WithRequestExample(new { comments = "Head wind on the way back.", privacy = "logged-in" })
            .WithReplyExample(WorkoutResource.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed);

    private static async Task<Reply<WorkoutResource>> Handle(
        WorkoutRow workout,
        MergePatch<Changeable> patch,
        Precondition precondition,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var changed = await database.WriteAsync(
            async unit =>
            {
                var current =
                    await WorkoutStore.LockAsync(unit, workout.Id, ct)
                    ?? throw new ProblemException(Problem.NotFound());
                precondition.Check(WorkoutResource.Of(current));
                var detail = current.ReadDetail();
                var wanted = patch.Apply(
                    new Changeable(
                        Word.Read<Privacy>(current.Privacy),
                        detail.TimeZone,
                        detail.WeightClass,
                        detail.Comments,
                        detail.Tags
                    )
                );
                var next = current with
                {
                    Privacy = Word.Of(wanted.Privacy),
                    Detail = (
                        detail with
                        {
                            TimeZone = wanted.TimeZone,
                            WeightClass = wanted.WeightClass,
                            Comments = wanted.Comments,
                            Tags = wanted.Tags,
                        }
                    ).Write(),
                    UpdatedAt = clock.GetUtcNow(),
                };
                await WorkoutStore.UpdateAsync(unit, next, ct);
                return next;
            },
            ct
        );
        return Reply.Ok(WorkoutResource.Of(changed));
    }
}
