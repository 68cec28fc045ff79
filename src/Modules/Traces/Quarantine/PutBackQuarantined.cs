using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Tries a rejected trace again as it came.</summary>
internal static class PutBackQuarantined
{
    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapPost("/{id:guid}/put-back", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Put back a rejected trace")
            .WithDescription(
                "Tries the bytes again that came, by the study's fields of now. If they fit, the trace is stored and leaves the "
                    + "quarantine; if not, 409 says why, and the reasons kept with it are those of now. Audited."
            )
            .WithReplyExample(ReadmittedTrace.Example)
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );

    private static async Task<Reply<ReadmittedTrace>> Handle(
        Study study,
        Guid id,
        Caller caller,
        Precondition precondition,
        Readmission readmission,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var row = await QuarantineRows.DemandAsync(database, study, id, whole: true, ct);
        var results = await readmission.TryAsync(
            study,
            caller,
            [new Attempt(row)],
            new ReadmissionWork
            {
                Check = (unit, current) => QuarantineRows.CheckAsync(unit, current, id, precondition, ct),
                Finish = (unit, found) => found[0].AuditAsync(unit, "quarantine.put-back", caller, study.Slug, id, ct),
            },
            ct
        );
        return results[0] switch
        {
            { IsOut: true } result => Reply.Ok(ReadmittedTrace.Of(result, study.Slug)),
            { Fate: Readmitted.Gone } => throw new ProblemException(Problem.NotFound()),
            var result => throw new ProblemException(
                Problem.Conflict("The trace still does not fit the study. Mend it, or change the study.", result.Errors)
            ),
        };
    }
}
