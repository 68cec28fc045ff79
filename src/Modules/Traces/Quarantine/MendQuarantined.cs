using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Hosting.Requests;
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
            .MapPut("/{id:guid}", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithMetadata(new RequestSizeLimitAttribute(options.Value.MaxBatchBytes))
            .Accepts<object>(TraceBody.MediaTypes[0], TraceBody.MediaTypes[1..])
            .WithSummary("Mend a rejected trace")
            .WithDescription(
                """
                The trace as it should have been sent, checked like any other. If it fits it is stored, as received from its
                first sender when it first came, and leaves the quarantine; if not, 400 says why and nothing changes. If its
                id is stored already with the same content it leaves as a duplicate, with other content 409. Without
                `participant` it stays with whom it came from; another may be named by callers who hold 'write', or if the
                sender did. Needs the right 'manage'; audited.
                """
            )
            .WithRequestExample(Examples.SentTraces[0])
            .WithReplyExample(Examples.Readmitted)
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );
    }

    private static async Task<Reply<ReadmittedTrace>> HandleAsync(
        HttpContext http,
        string study,
        Guid id,
        Caller caller,
        Precondition precondition,
        StudyDirectory directory,
        Readmission readmission,
        IDatabase<TracesModule> database,
        IOptions<TracesOptions> options
    )
    {
        var ct = http.RequestAborted;
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var (body, _) = await TraceBody.ReadAsync(http, options.Value.MaxBatchBytes);
        var row = await ReadQuarantined.FindAsync(database, known, id, whole: true, ct);
        var results = await readmission.TryAsync(
            study,
            caller,
            [new Attempt(row, WithoutMark(body))],
            new ReadmissionWork
            {
                Check = (unit, current) => QuarantineRows.CheckAsync(unit, current, id, precondition, ct),
                Finish = (unit, found) => AuditAsync(unit, "quarantine.mended", caller, study, id, found[0], ct),
            },
            ct
        );
        return results[0] switch
        {
            { IsOut: true } result => Reply.Ok(ReadmittedTrace.Of(result, study)),
            { Fate: Readmitted.Unfit } result => throw new ProblemException(
                Problem.BadRequest("The trace does not fit the study. Nothing has changed.", result.Errors)
            ),
            { Fate: Readmitted.Conflict } result => throw new ProblemException(
                Problem.Conflict("Another trace has this id. Nothing has changed.", result.Errors)
            ),
            _ => throw new ProblemException(Problem.NotFound()),
        };
    }

    /// <summary>Writes down that a trace left the quarantine; nothing if it did not.</summary>
    internal static Task AuditAsync(
        IUnitOfWork unit,
        string action,
        Caller caller,
        string study,
        Guid quarantined,
        AttemptResult result,
        CancellationToken ct
    )
    {
        if (!result.IsOut)
        {
            return Task.CompletedTask;
        }

        var details = JsonSerializer.Serialize(
            new
            {
                quarantined,
                trace = result.Trace,
                duplicate = result.Fate == Readmitted.Known,
            }
        );
        return unit.AuditAsync(new AuditEntry(action, caller.Id, study, details), ct);
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
}
