using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>A trace that left the quarantine for the study.</summary>
/// <param name="Trace">The stored trace's id.</param>
/// <param name="Duplicate">Whether it was stored before, with the same content.</param>
/// <param name="Links">The trace, and the quarantine that it left.</param>
public sealed record ReadmittedTrace(Guid Trace, bool Duplicate, Links Links)
{
    internal static readonly ReadmittedTrace Example = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"),
        Duplicate: false,
        new Links
        {
            ["trace"] = "/api/v1/studies/java-quest/traces/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58",
            ["quarantine"] = "/api/v1/studies/java-quest/quarantine",
        }
    );

    internal static ReadmittedTrace Of(AttemptResult result, string slug) =>
        new(
            result.Trace!.Value,
            result.Fate == Readmitted.Known,
            new Links
            {
                ["trace"] = $"{StudyResource.AddressOf(slug)}/traces/{result.Trace}",
                ["quarantine"] = QuarantinedTrace.AddressOf(slug),
            }
        );
}

/// <summary>Stores a corrected trace in place of a rejected one.</summary>
internal static class MendQuarantined
{
    public static void Map(RouteGroupBuilder quarantine)
    {
        var options = ((IEndpointRouteBuilder)quarantine).ServiceProvider.GetRequiredService<IOptions<TracesOptions>>();
        quarantine
            .MapPut("/{id:guid}", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithMetadata(new RequestSizeLimitAttribute(options.Value.MaxBatchBytes))
            .Accepts<object>(TraceBody.MediaTypes[0], TraceBody.MediaTypes[1..])
            .WithSummary("Mend a rejected trace")
            .WithDescription(
                """
                The trace as it should have been sent, checked like any other. If it fits it is stored, as received from its
                first sender when it first came, and leaves the quarantine; if not, 400 says why and nothing changes. If its
                id is stored already with the same content it leaves as a duplicate, with other content 409. Without
                `participant` it stays with whom it came from; another may be named by callers who hold 'write', or if the
                sender did. Audited.
                """
            )
            .WithRequestExample(TraceBody.Example[0])
            .WithReplyExample(ReadmittedTrace.Example)
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );
    }

    private static async Task<Reply<ReadmittedTrace>> Handle(
        HttpContext http,
        Study study,
        Guid id,
        Caller caller,
        Precondition precondition,
        Readmission readmission,
        IDatabase<TracesData> database,
        IOptions<TracesOptions> options
    )
    {
        var ct = http.RequestAborted;
        var (body, _) = await TraceBody.ReadAsync(http, options.Value.MaxBatchBytes);
        var row = await QuarantineRows.DemandAsync(database, study, id, whole: true, ct);
        var results = await readmission.TryAsync(
            study,
            caller,
            [new Attempt(row, WithoutMark(body))],
            new ReadmissionWork
            {
                Check = (unit, current) => QuarantineRows.CheckAsync(unit, current, id, precondition, ct),
                Finish = (unit, found) => found[0].AuditAsync(unit, "quarantine.mended", caller, study.Slug, id, ct),
            },
            ct
        );
        return results[0] switch
        {
            { IsOut: true } result => Reply.Ok(ReadmittedTrace.Of(result, study.Slug)),
            { Fate: Readmitted.Unfit } result => throw new ProblemException(
                Problem.BadRequest("The trace does not fit the study. Nothing has changed.", result.Errors)
            ),
            { Fate: Readmitted.Conflict } result => throw new ProblemException(
                Problem.Conflict("Another trace has this id. Nothing has changed.", result.Errors)
            ),
            _ => throw new ProblemException(Problem.NotFound()),
        };
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
}
