using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Rights;

/// <summary>Takes an account's rights in a study away.</summary>
internal static class TakeRights
{
    private const string Delete = "DELETE FROM study_right WHERE study = @Study AND account = @Account";

    public static void Map(RouteGroupBuilder rights) =>
        rights
            .MapDelete("/{account:guid}", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Take rights away")
            .WithDescription("Takes every right in the study from an account. Audited.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static async Task<NoContent> Handle(
        Study study,
        Guid account,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                var current = await StudyStore.LockAsync(unit, study, caller, ct);
                RightsResource.DemandNotOwner(current, account);
                if (await unit.ExecuteAsync(Delete, new { Study = current.Key, Account = account }, ct) == 0)
                {
                    throw new ProblemException(Problem.NotFound());
                }

                await StudyStore.BumpAsync(unit, current.Key, ct);
                await unit.AuditAsync(
                    new AuditEntry(
                        "study-right.taken",
                        caller.Id,
                        account.ToString(),
                        JsonSerializer.Serialize(new { study = study.Slug })
                    ),
                    ct
                );
                unit.OnCommitted(() => directory.Forget(study.Slug));
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
