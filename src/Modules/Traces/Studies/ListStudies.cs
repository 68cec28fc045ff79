using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Storage;

namespace Sillage.Traces.Studies;

/// <summary>Lists the studies that the caller may know of.</summary>
internal static class ListStudies
{
    private const string All = "SELECT slug FROM study WHERE slug > @After AND NOT deleted ORDER BY slug LIMIT @Limit";

    private const string Mine = """
        SELECT slug FROM study
        WHERE slug > @After AND NOT deleted
          AND (
            owner = @Account
            OR key IN (SELECT study FROM study_right WHERE account = @Account)
            OR key IN (SELECT study FROM identity WHERE account = @Account)
          )
        ORDER BY slug LIMIT @Limit
        """;

    private sealed record Keys(string Slug);

    public static void Map(RouteGroupBuilder studies) =>
        studies
            .MapGet("/", Handle)
            .WithSummary("List studies")
            .WithDescription(
                "The studies that the caller owns, holds a right in or takes part in, by slug; for administrators, all."
            )
            .WithReplyExample(new Page<StudyResource>([StudyResource.Example], null));

    private static async Task<PageReply<StudyResource>> Handle(
        PageRequest page,
        Caller caller,
        IDatabase<TracesData> database,
        StudyDirectory directory,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            After = page.After<Keys>()?.Slug ?? "",
            Account = caller.Id,
            Limit = page.Limit + 1L,
        };
        var sql = caller.Can(TracesPermission.ManageAllStudies) ? All : Mine;
        var slugs = await database.ReadAsync(reader => reader.QueryAsync<string>(sql, parameters, ct), ct);
        var studies = new List<StudyResource>(slugs.Count);
        foreach (var slug in slugs)
        {
            if (await directory.FindAsync(slug, ct) is { } study && study.IsKnownTo(caller))
            {
                studies.Add(StudyResource.Of(study, caller));
            }
        }

        return PageReply<StudyResource>.Of(studies, page, s => new Keys(s.Slug));
    }
}
