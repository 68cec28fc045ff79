using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>What came of putting back many.</summary>
/// <param name="PutBack">How many are stored now that were not before.</param>
/// <param name="Duplicates">How many were stored already, with the same content; they left the quarantine too.</param>
/// <param name="Kept">How many stay, as they still do not fit; their reasons are those of now.</param>
/// <param name="DryRun">Whether it was only tried.</param>
/// <param name="Links">What is left, by reason.</param>
public sealed record PutBackReport(long PutBack, long Duplicates, long Kept, bool DryRun, Links Links)
{
    internal static readonly PutBackReport Example = new(
        410,
        0,
        2,
        DryRun: false,
        new Links { ["reasons"] = "/api/v1/studies/java-quest/quarantine/reasons" }
    );
}

/// <summary>Tries all rejected traces again, or those of one reason.</summary>
internal static class PutBackMany
{
    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapPost("/put-back", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Put back rejected traces")
            .WithDescription(
                """
                Tries everything in quarantine again, or what has one reason, by the study's fields of now: after fields were
                added or loosened, this stores what now fits. What still does not stays, with its reasons renewed. It goes in
                parts, each stored for itself: a request that was cut off did a part, and the same request does the rest. Audited.
                """
            )
            .WithQuery("reason", Reason.Help, QuarantinedTrace.Example.Reason)
            .WithQuery("dryRun", "Whether only to try, and to change nothing. Default false.", "true")
            .WithReplyExample(PutBackReport.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<PutBackReport>> Handle(
        Study study,
        Caller caller,
        Readmission readmission,
        IDatabase<TracesData> database,
        CancellationToken ct,
        string? reason = null,
        bool dryRun = false
    )
    {
        Reason.Check(reason);
        var scan = new QuarantineScan(database, study.Key, reason);
        var work = new ReadmissionWork
        {
            Finish = (unit, results) => AuditAsync(unit, caller, study.Slug, reason, results, ct),
            DryRun = dryRun,
        };
        var (putBack, duplicates, kept) = (0L, 0L, 0L);
        while (await scan.NextAsync(ct) is { Count: > 0 } rows)
        {
            var results = await readmission.TryAsync(study, caller, [.. rows.Select(r => new Attempt(r))], work, ct);
            putBack += results.Count(r => r.Fate == Readmitted.Stored);
            duplicates += results.Count(r => r.Fate == Readmitted.Known);
            kept += results.Count(r => r.Fate is Readmitted.Unfit or Readmitted.Conflict);
        }

        return Reply.Ok(new PutBackReport(putBack, duplicates, kept, dryRun, QuarantinedTrace.LinksOf(study.Slug)));
    }

    // A row for each part, in its unit: the trail is true even if the request is cut off.
    private static Task AuditAsync(
        IUnitOfWork unit,
        Caller caller,
        string study,
        string? reason,
        IReadOnlyList<AttemptResult> results,
        CancellationToken ct
    )
    {
        if (!results.Any(r => r.IsOut))
        {
            return Task.CompletedTask;
        }

        var details = JsonSerializer.Serialize(
            new
            {
                reason,
                putBack = results.Count(r => r.Fate == Readmitted.Stored),
                duplicates = results.Count(r => r.Fate == Readmitted.Known),
            }
        );
        return unit.AuditAsync(new AuditEntry("quarantine.put-back", caller.Id, study, details), ct);
    }
}
