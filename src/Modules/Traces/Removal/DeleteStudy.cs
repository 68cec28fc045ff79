using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Removal;

/// <summary>Deletes a study with all that is in it.</summary>
internal static class DeleteStudy
{
    // Out of every list and address at once, and the slug is free; what it holds is removed in chunks afterwards.
    private const string Hide = """
        UPDATE study SET deleted = @True, slug = '~' || CAST(key AS text), version = version + 1 WHERE key = @Key
        """;

    private const string DeleteRights = "DELETE FROM study_right WHERE study = @Key";

    public static void Map(RouteGroupBuilder study) =>
        study
            .MapDelete("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Delete a study")
            .WithDescription(
                "Deletes the study, its participants, traces and quarantine for good. It is gone when the reply comes; "
                    + "the space is freed in the background. For the owner and administrators. The players' accounts stay."
            )
            .WithQuery("confirm", "The study's slug, so that none is deleted by a slip of the hand.", "java-quest")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<NoContent, Problem>> Handle(
        Study study,
        string? confirm,
        Caller caller,
        StudyDirectory directory,
        RemovalQueue removals,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        if (caller.Id != study.Owner && !caller.Can(TracesPermission.ManageAllStudies))
        {
            return Problem.Forbidden("Only the study's owner and administrators can delete it.");
        }

        if (confirm != study.Slug)
        {
            return Problem.BadRequest(
                "Deleting a study cannot be undone.",
                new FieldError("?confirm", $"Repeat the study's slug: ?confirm={study.Slug}")
            );
        }

        await database.WriteAsync(
            async unit =>
            {
                var current = await StudyStore.LockAsync(unit, study, caller, ct);
                await unit.ExecuteAsync(Hide, new { Key = current.Key, True = true }, ct);
                await unit.ExecuteAsync(DeleteRights, new { Key = current.Key }, ct);
                await removals.AddStudyAsync(unit, current.Key, study.Slug, ct);
                await unit.AuditAsync(new AuditEntry("study.deleted", caller.Id, study.Slug), ct);
                unit.OnCommitted(() => directory.Forget(study.Slug));
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
