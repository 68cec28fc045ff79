using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>How many records there are, by group.</summary>
/// <param name="Items">The groups, those of the most records first; one of all records where none are asked for.</param>
/// <param name="More">Whether there are more groups than these.</param>
public sealed record RecordCounts(IReadOnlyList<RecordCount> Items, bool More);

/// <summary>A group of records.</summary>
/// <param name="By">What its records have in common, by field; null where they have no value.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Sum">The sums that were asked for, by field, written as the field's values are; null where no record has a value, and where it is beyond double precision.</param>
public sealed record RecordCount(
    IReadOnlyDictionary<string, JsonElement> By,
    long Count,
    IReadOnlyDictionary<string, JsonElement> Sum
);

/// <summary>Counts the records that the caller may read, and sums up their numbers.</summary>
internal static class CountRecords
{
    public static void Map(RouteGroupBuilder records) =>
        records
            .MapGet("/totals", Handle)
            .AllowAnonymous()
            .WithSummary("Count records")
            .WithDescription(
                """
                Counts the records that the caller may read and that meet the filter, and sums up their numbers: all together, or by what fields hold. What one may not see one cannot count
                by. In a large collection (`Collections:LargeFrom`) a filter has to name an indexed field that few records meet; only to count all, or by one indexed field, needs none.
                """
            )
            .WithQuery("filter", "Which records, as in *List records*. Default all.", "price < 10")
            .WithQuery("q", "Words that they have, as in *List records*.")
            .WithQuery(
                "by",
                "Up to three fields, or `owner`, separated by commas: a group for each value that is there. Default one group of all.",
                "author"
            )
            .WithQuery(
                "sum",
                "Up to three fields of the types integer, number and decimal, separated by commas. Default none.",
                "price"
            )
            .WithQuery("limit", "How many groups at most, 1 to 1000. Default 100.", "100")
            .WithReplyExample(
                new RecordCounts(
                    [
                        new RecordCount(
                            new Dictionary<string, JsonElement>
                            {
                                ["author"] = JsonSerializer.SerializeToElement("Victor Hugo"),
                            },
                            3,
                            new Dictionary<string, JsonElement> { ["price"] = JsonSerializer.SerializeToElement(28.5) }
                        ),
                    ],
                    false
                )
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);

    private static async Task<Reply<RecordCounts>> Handle(
        HttpContext http,
        FoundCollection found,
        IDatabase<CollectionsData> database,
        IOptions<CollectionsOptions> options,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var query = RecordQuery.Read(http.Request, found.Known, found.Viewer);
        var totals = Totals.Read(http.Request, found.Plan, found.Viewer);
        var access = new Access(found.Known, found.Viewer, clock.GetUtcNow());
        return Reply.Ok(
            await database.ReadAsync(r => totals.CountAsync(r, access, query, options.Value.LargeFrom, ct), ct)
        );
    }
}
