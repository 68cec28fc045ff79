using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Throws a rejected trace away.</summary>
internal static class DismissQuarantined
{
    private const string Delete = "DELETE FROM quarantine WHERE study = @Study AND id = @Id";

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapDelete("/{id:guid}", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Dismiss a rejected trace")
            .WithDescription("Deletes it for good. Audited.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed);

    private static async Task<Results<NoContent, Problem>> Handle(
        Study study,
        Guid id,
        Caller caller,
        Precondition precondition,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                await QuarantineRows.CheckAsync(unit, study, id, precondition, ct);
                if (await unit.ExecuteAsync(Delete, new { Study = study.Key, Id = id }, ct) == 0)
                {
                    throw new ProblemException(Problem.NotFound());
                }

                var details = JsonSerializer.Serialize(new { quarantined = id });
                await unit.AuditAsync(new AuditEntry("quarantine.dismissed", caller.Id, study.Slug, details), ct);
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
