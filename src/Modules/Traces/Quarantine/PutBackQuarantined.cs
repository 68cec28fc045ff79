using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Hosting.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Tries a rejected trace again as it came.</summary>
internal static class PutBackQuarantined
{
    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapPost("/{id:guid}/put-back", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("Put back a rejected trace")
            .WithDescription(
                "Tries the bytes again that came, by the study's fields of now. If they fit, the trace is stored and leaves the "
                    + "quarantine; if not, 409 says why, and the reasons kept with it are those of now. Needs the right "
                    + "'manage'; audited."
            )
            .WithReplyExample(Examples.Readmitted)
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );

    private static async Task<Reply<ReadmittedTrace>> HandleAsync(
        string study,
        Guid id,
        Caller caller,
        Precondition precondition,
        StudyDirectory directory,
        Readmission readmission,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var row = await ReadQuarantined.FindAsync(database, known, id, whole: true, ct);
        var results = await readmission.TryAsync(
            study,
            caller,
            [new Attempt(row)],
            new ReadmissionWork
            {
                Check = (unit, current) => QuarantineRows.CheckAsync(unit, current, id, precondition, ct),
                Finish = (unit, found) =>
                    MendQuarantined.AuditAsync(unit, "quarantine.put-back", caller, study, id, found[0], ct),
            },
            ct
        );
        return results[0] switch
        {
            { IsOut: true } result => Reply.Ok(ReadmittedTrace.Of(result, study)),
            { Fate: Readmitted.Gone } => throw new ProblemException(Problem.NotFound()),
            var result => throw new ProblemException(
                Problem.Conflict("The trace still does not fit the study. Mend it, or change the study.", result.Errors)
            ),
        };
    }
}
