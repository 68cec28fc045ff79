using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Lists the participants by number and user name.</summary>
internal static class ListUsers
{
    private const int ChunkRows = 1000;

    private const string Select = """
        SELECT i.number, i.username FROM identity i
        JOIN participant p ON p.study = i.study AND p.number = i.number
        WHERE i.study = @Study AND i.number > @After AND i.number <= @Last
        ORDER BY i.number LIMIT @Rows
        """;

    private sealed record Row(long Number, string Username);

    public static void Map(RouteGroupBuilder users) =>
        TsadkPage
            .Describe(users.MapGet("/", Handle))
            .RequirePermission(TracesPermission.ReadIdentities)
            .RequireRight(StudyRights.Identities)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("List TSADK users")
            .WithDescription("Number and user name of each participant. Audited.")
            .Produces<IReadOnlyList<TsadkUser>>(StatusCodes.Status200OK, "application/json")
            .WithReplyExample(new[] { TsadkExamples.User with { Uri = "/java-quest/api/v1/users/1" } })
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
        await Names.AuditAsync(database, study, caller, purpose, "tsadk", ct);
        var last = long.MaxValue;
        if (limit is { } most)
        {
            var page = await ReadAsync(database, study, after ?? 0, last, most + 1, ct);
            last = page.Count > most ? page[most - 1].Number : last;
            if (page.Count > most)
            {
                TsadkPage.SetNext(http, most, last);
            }
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(StreamAsync(database, study, after ?? 0, last, ct), Json.Options);
    }

    private static async IAsyncEnumerable<TsadkUser> StreamAsync(
        IDatabase<TracesData> database,
        Study study,
        long after,
        long last,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        IReadOnlyList<Row> rows;
        do
        {
            rows = await ReadAsync(database, study, after, last, ChunkRows, ct);
            foreach (var row in rows)
            {
                yield return new TsadkUser(TsadkUser.AddressOf(study.Slug, row.Number), row.Number, row.Username);
                after = row.Number;
            }
        } while (rows.Count == ChunkRows);
    }

    private static Task<IReadOnlyList<Row>> ReadAsync(
        IDatabase<TracesData> database,
        Study study,
        long after,
        long last,
        int rows,
        CancellationToken ct
    ) =>
        database.ReadAsync(
            r =>
                r.QueryAsync<Row>(
                    Select,
                    new
                    {
                        Study = study.Key,
                        After = after,
                        Last = last,
                        Rows = (long)rows,
                    },
                    ct
                ),
            ct
        );
}
