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

/// <summary>What came of dismissing many.</summary>
/// <param name="Dismissed">How many are gone, or would go.</param>
/// <param name="DryRun">Whether they were only counted.</param>
/// <param name="Links">What is left, by reason.</param>
public sealed record DismissReport(long Dismissed, bool DryRun, Links Links)
{
    internal static readonly DismissReport Example = new(
        2,
        DryRun: false,
        new Links { ["reasons"] = "/api/v1/studies/java-quest/quarantine/reasons" }
    );
}

/// <summary>Throws all rejected traces away, or those of one reason.</summary>
internal static class DismissMany
{
    private const long ChunkRows = 1000;

    private const string Count = "SELECT count(*) FROM quarantine WHERE study = @Study";

    private const string CountOfReason = Count + " AND reason = @Reason";

    private const string LastPosition = "SELECT max(position) FROM quarantine WHERE study = @Study";

    private const string Delete = """
        DELETE FROM quarantine WHERE study = @Study AND position IN (
          SELECT position FROM quarantine WHERE study = @Study AND position <= @Ceiling LIMIT @Limit)
        """;

    private const string DeleteOfReason = """
        DELETE FROM quarantine WHERE study = @Study AND position IN (
          SELECT position FROM quarantine
          WHERE study = @Study AND reason = @Reason AND position <= @Ceiling LIMIT @Limit)
        """;

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapPost("/dismiss", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Dismiss rejected traces")
            .WithDescription(
                "Deletes everything in quarantine, or what has one reason, for good; what comes in meanwhile stays. It goes in "
                    + "parts: a request that was cut off did a part, and the same request does the rest. Audited."
            )
            .WithQuery("reason", Reason.Help, QuarantinedTrace.Example.Reason)
            .WithQuery("dryRun", "Whether only to count, and to change nothing. Default false.", "true")
            .WithReplyExample(DismissReport.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<DismissReport>> Handle(
        Study study,
        Caller caller,
        IDatabase<TracesData> database,
        CancellationToken ct,
        string? reason = null,
        bool dryRun = false
    )
    {
        Reason.Check(reason);
        var key = new { Study = study.Key, Reason = reason };
        var dismissed = dryRun
            ? await database.ReadAsync(r => r.ScalarAsync<long>(reason is null ? Count : CountOfReason, key, ct), ct)
            : await DismissAsync(database, study, caller, reason, ct);
        return Reply.Ok(new DismissReport(dismissed, dryRun, QuarantinedTrace.LinksOf(study.Slug)));
    }

    private static async Task<long> DismissAsync(
        IDatabase<TracesData> database,
        Study study,
        Caller caller,
        string? reason,
        CancellationToken ct
    )
    {
        var ceiling = await database.ReadAsync(
            r => r.ScalarAsync<long?>(LastPosition, new { Study = study.Key }, ct),
            ct
        );
        var parameters = new
        {
            Study = study.Key,
            Reason = reason,
            Ceiling = ceiling ?? 0,
            Limit = ChunkRows,
        };
        var all = 0L;
        while (true)
        {
            var count = await database.WriteAsync(
                async unit =>
                {
                    var rows = await unit.ExecuteAsync(reason is null ? Delete : DeleteOfReason, parameters, ct);
                    if (rows > 0)
                    {
                        var details = JsonSerializer.Serialize(new { reason, dismissed = rows });
                        await unit.AuditAsync(
                            new AuditEntry("quarantine.dismissed", caller.Id, study.Slug, details),
                            ct
                        );
                    }

                    return rows;
                },
                ct
            );
            if (count == 0)
            {
                return all;
            }

            all += count;
        }
    }
}
