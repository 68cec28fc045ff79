using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Lists what was rejected, for those who look after the study.</summary>
internal static class ListQuarantine
{
    private sealed record Keys(long Position);

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapGet("/", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("List rejected traces")
            .WithDescription(
                "What was sent and not taken, as it came, with the reasons; oldest first. `…/quarantine/reasons` counts them "
                    + "by reason. The bytes may name a participant by number. Needs the right 'manage'."
            )
            .WithQuery("reason", Reason.Help, Examples.Quarantined.Reason)
            .WithReplyExample(new Page<QuarantinedTrace>([Examples.Quarantined], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<QuarantinedTrace>> HandleAsync(
        string study,
        PageRequest page,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct,
        string? reason = null
    )
    {
        Reason.Check(reason);
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var after = page.After<Keys>()?.Position ?? 0;
        var rows = await database.ReadAsync(
            reader => QuarantineRows.PageAsync(reader, known.Key, reason, after, page.Limit + 1L, ct),
            ct
        );
        return new PageReply<QuarantinedTrace>(
            [.. rows.Take(page.Limit).Select(row => QuarantinedTrace.Of(row, known))],
            rows.Count > page.Limit ? new Keys(rows[page.Limit - 1].Position) : null
        );
    }
}
