using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Collections.Declared;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Lists the records that the caller may read.</summary>
internal static class ListRecords
{
    public static void Map(RouteGroupBuilder records) =>
        records
            .MapGet("/", Handle)
            .AllowAnonymous()
            .WithSummary("List records")
            .WithDescription(
                "The records that the rules let the caller read, a page at a time. The filter, and all that it may say, is told in the guide on collections."
            )
            .WithQuery(
                "filter",
                "Which records: a condition such as `price < 10 and (tags has \"new\" or author.name ~ \"mar\")`. Default all.",
                "price < 10"
            )
            .WithQuery(
                "q",
                "Words that all have to be there, in the fields that are declared with `search`; `\"phrases\"`, the beginnings of words with `*`, and `-` before what must not be there."
            )
            .WithQuery(
                "sort",
                "Up to three fields, `created` or `updated`, separated by commas; with `-` before it the greatest first. Default `created`.",
                "-created"
            )
            .WithQuery("fields", "The members to show, separated by commas. Default all.", "title,price")
            .WithQuery(
                "expand",
                "Relations to follow, as paths of up to three, separated by commas; what they lead to stands in `expand`. Default none."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);

    private static async Task<PageReply<RecordView>> Handle(
        HttpContext http,
        FoundCollection found,
        PageRequest page,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        IOptions<CollectionsOptions> options,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var query = RecordQuery.Read(http.Request, found.Known, found.Viewer);
        var (rows, isCut) = await database.ReadAsync(
            async reader =>
            {
                var access = new Access(found.Known, found.Viewer, clock.GetUtcNow());
                var (scanned, cut) = await RecordScan.ReadAsync(
                    reader,
                    access,
                    query,
                    page,
                    options.Value.LargeFrom,
                    ct
                );
                var views = await Expansion.ShowAsync(reader, access, [.. scanned.Select(s => s.Row)], query, ct);
                return (views.Zip(scanned, (view, s) => (View: view, s.Next)).ToList(), cut);
            },
            ct
        );
        var next =
            rows.Count > page.Limit ? rows[page.Limit - 1].Next
            : isCut ? rows[^1].Next
            : null;
        return new PageReply<RecordView>([.. rows.Take(page.Limit).Select(r => r.View)], next)
        {
            IsBare = found.Viewer.Form != CollectionForm.Page,
        };
    }
}
