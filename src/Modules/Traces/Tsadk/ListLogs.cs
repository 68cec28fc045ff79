using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Streams all logs, or a page of them.</summary>
internal static class ListLogs
{
    private const string SelectPositions = """
        SELECT position FROM trace WHERE study = @Study AND position > @After ORDER BY position LIMIT @Rows
        """;

    public static void Map(RouteGroupBuilder logs) =>
        TsadkPage
            .Describe(logs.MapGet("/", Handle))
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .RequireRight(StudyRights.Manage, StudyRights.Identities)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("List TSADK logs")
            .WithDescription("All there are when the list begins, the oldest first, with the participants' numbers.")
            .Produces<IReadOnlyList<TsadkLog>>(StatusCodes.Status200OK, "application/json")
            .WithReplyExample(new[] { TsadkExamples.Log with { Uri = "/java-quest/api/v1/logs/17" } })
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(
        HttpContext http,
        Study study,
        int? limit,
        long? after,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database
    )
    {
        var ct = http.RequestAborted;
        TsadkPage.Check(limit);
        await TsadkScan.AuditAsync(database, study, caller, purpose, ct);
        var first = await OldLogId.PlaceOfAsync(database, study, after ?? 0, ct);
        var last = limit is { } most
            ? await EndOfPageAsync(http, database, study, first, most)
            : await TsadkScan.EndAsync(database, study, ct);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            TsadkScan
                .ReadAsync(database, study, caller, first, last, ct)
                .Select(log => log with { Uri = TsadkLog.AddressOf(study.Slug, log.Id) }),
            Json.Options
        );
    }

    private static async Task<long> EndOfPageAsync(
        HttpContext http,
        IDatabase<TracesData> database,
        Study study,
        long after,
        int limit
    )
    {
        var ct = http.RequestAborted;
        var positions = await database.ReadAsync(
            r =>
                r.QueryAsync<long>(
                    SelectPositions,
                    new
                    {
                        Study = study.Key,
                        After = after,
                        Rows = limit + 1L,
                    },
                    ct
                ),
            ct
        );
        if (positions.Count <= limit)
        {
            return positions.Count == 0 ? after : positions[^1];
        }

        TsadkPage.SetNext(http, limit, positions[limit - 1]);
        return positions[limit - 1];
    }
}
