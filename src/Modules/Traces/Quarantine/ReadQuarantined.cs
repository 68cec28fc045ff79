using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Shows one rejected trace, and gives its bytes as they came.</summary>
internal static class ReadQuarantined
{
    public static void Map(RouteGroupBuilder quarantine)
    {
        quarantine
            .MapGet("/{id:guid}", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Read a rejected trace")
            .WithDescription(
                "What came, why it was not taken, when, and from whom; marked fields as in the list. Audited."
            )
            .WithMarksLifted()
            .WithReplyExample(QuarantinedTrace.Example)
            .Fails(StatusCodes.Status404NotFound);
        quarantine
            .MapGet("/{id:guid}/content", DownloadAsync)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Download a rejected trace")
            .WithDescription(
                "The bytes that came, all of them and nothing else; where the study has marked fields, only with identities=true. Audited."
            )
            .WithMarksLifted()
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Reply<QuarantinedTrace>> Handle(
        Study study,
        Guid id,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        CancellationToken ct,
        bool identities = false
    )
    {
        var inClear = await QuarantineView.BeginAsync(database, study, caller, identities, purpose, "one", ct);
        var row = await QuarantineRows.DemandAsync(database, study, id, whole: !inClear, ct);
        return Reply.Ok(QuarantinedTrace.Of(row, study, inClear));
    }

    // No type that a browser would show: what was sent by whomever is not run under this address.
    private static async Task<IResult> DownloadAsync(
        HttpResponse response,
        Study study,
        Guid id,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        CancellationToken ct,
        bool identities = false
    )
    {
        if (!await QuarantineView.BeginAsync(database, study, caller, identities, purpose, "content", ct))
        {
            throw new ProblemException(
                Problem.Forbidden(
                    "The study has marked fields: what came is shown with identities=true, to who holds the right 'identities'. Without it the list shows tokens."
                )
            );
        }

        var row = await QuarantineRows.DemandAsync(database, study, id, whole: true, ct);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(row.Bytes, "application/octet-stream", $"{study.Slug}_quarantine_{id}");
    }
}
