using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Throws a rejected trace away.</summary>
internal static class DismissQuarantined
{
    private const string Delete = "DELETE FROM quarantine WHERE study = @study AND id = @id";

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapDelete("/{id:guid}", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("Dismiss a rejected trace")
            .WithDescription("Deletes it for good. Needs the right 'manage'; audited.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed);

    private static async Task<Results<NoContent, Problem>> HandleAsync(
        string study,
        Guid id,
        Caller caller,
        Precondition precondition,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        await database.WriteAsync(
            async unit =>
            {
                await QuarantineRows.CheckAsync(unit, known, id, precondition, ct);
                if (await unit.ExecuteAsync(Delete, new { study = known.Key, id }, ct) == 0)
                {
                    throw new ProblemException(Problem.NotFound());
                }

                var details = JsonSerializer.Serialize(new { quarantined = id });
                await unit.AuditAsync(new AuditEntry("quarantine.dismissed", caller.Id, study, details), ct);
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
