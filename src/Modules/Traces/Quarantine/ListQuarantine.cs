using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Lists what was rejected, for those who look after the study.</summary>
internal static class ListQuarantine
{
    private sealed record Keys(long Position);

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapGet("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("List rejected traces")
            .WithDescription(
                "What was sent and not taken, as it came, with the reasons; oldest first. `…/quarantine/reasons` counts them "
                    + "by reason. The bytes may name a participant by number. Where the study has marked fields, they and whatever is no field "
                    + "show tokens, and what is no JSON is withheld. Audited."
            )
            .WithMarksLifted()
            .WithQuery("reason", Reason.Help, QuarantinedTrace.Example.Reason)
            .WithReplyExample(new Page<QuarantinedTrace>([QuarantinedTrace.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<QuarantinedTrace>> Handle(
        Study study,
        PageRequest page,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        CancellationToken ct,
        string? reason = null,
        bool identities = false
    )
    {
        Reason.Check(reason);
        var inClear = await QuarantineView.BeginAsync(database, study, caller, identities, purpose, "list", ct);
        var after = page.After<Keys>()?.Position ?? 0;
        var rows = await database.ReadAsync(
            reader => QuarantineRows.PageAsync(reader, study.Key, reason, after, page.Limit + 1L, ct),
            ct
        );
        return new PageReply<QuarantinedTrace>(
            [.. rows.Take(page.Limit).Select(row => QuarantinedTrace.Of(row, study, inClear))],
            rows.Count > page.Limit ? new Keys(rows[page.Limit - 1].Position) : null
        );
    }
}
