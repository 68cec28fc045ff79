using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Logbook;

/// <summary>Lists results page by page, the newest first. One record of each session, none that is still being rowed.</summary>
internal static class ListResults
{
    private const string Which = """
        FROM workout WHERE account_id = @Account AND state = 'closed' AND copy_of IS NULL AND ended_at >= @From AND ended_at <= @To
          AND updated_at >= @Updated AND (@Type = '' OR machine = @Type)
        """;

    private const string Count = $"SELECT COUNT(*) {Which}";

    // Of long ones beyond the room of a page there are the totals, as pages have numbers, and every result one of them.
    private static readonly Sql Select = new(
        PageOf("json_remove(w.detail, '$.splits', '$.intervals', '$.metadata', '$.findings')"),
        PageOf("(w.detail::jsonb - '{splits,intervals,metadata,findings}'::text[])::text")
    );

    private const int MostPerPage = 250;
    private static readonly DateTimeOffset Never = new(2300, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Map(RouteGroupBuilder results) =>
        results
            .MapGet("", Handle)
            .RequirePermission(RowingPermission.Read)
            .Produces<object>(StatusCodes.Status200OK, "application/json", LogbookReply.MediaType)
            .WithSummary("List results")
            .WithDescription(
                "As the Logbook lists them, with `meta.pagination`. Where a page has more than 4 MiB of splits and intervals, the results behind that have none: each has them at its own address."
            )
            .WithQuery("from", "Those that ended on this day or later.", "2026-05-01")
            .WithQuery("to", "Those that ended on this day or before.", "2027-04-30")
            .WithQuery("type", "The machine.", "rower")
            .WithQuery("updated_after", "Those that changed since, UTC.", "2026-11-20 00:00:00")
            .WithQuery("number", "How many a page, 1 to 250. Default 50.", "50")
            .WithQuery("page", "The page, from 1.", "1")
            .WithQuery("per_page", "Passed over, as the Logbook does: programs send it that mean `number`.", "50")
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> Handle(
        HttpRequest request,
        LogbookCaller rower,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var faults = new FieldFaults();
        var type = request.Query["type"].ToString();
        if (type.Length > 0 && LogbookWords.MachineOf(type) is null)
        {
            faults.Add("type", "Not a machine of the Logbook.");
        }

        var (number, page) = (
            Whole(request, "number", 50, MostPerPage, faults),
            Whole(request, "page", 1, 1_000_000, faults)
        );
        var which = new
        {
            Account = rower.Row.AccountId,
            From = Day(request, "from", endOfDay: false, faults) ?? DateTimeOffset.UnixEpoch,
            To = Day(request, "to", endOfDay: true, faults) ?? Never,
            Updated = Day(request, "updated_after", endOfDay: false, faults) ?? DateTimeOffset.UnixEpoch,
            Type = type,
            Limit = number,
            Offset = (page - 1) * number,
            Room = (long)PageRequest.MaximumBytes,
        };
        if (!faults.IsEmpty)
        {
            return LogbookReply.Error(StatusCodes.Status422UnprocessableEntity, "Validation failed", faults);
        }

        var (total, rows) = await database.ReadAsync(
            async reader =>
                (
                    await reader.ScalarAsync<long>(Count, which, ct),
                    await reader.QueryAsync<WorkoutRow>(Select, which, ct)
                ),
            ct
        );
        var data = new JsonArray([.. rows.Select(row => (JsonNode)ResultWriter.Write(row, rower.Row.Number))]);
        var pages = Math.Max(1, (total + number - 1) / number);
        return LogbookReply.Ok(
            new JsonObject
            {
                ["data"] = data,
                ["meta"] = new JsonObject
                {
                    ["pagination"] = new JsonObject
                    {
                        ["total"] = total,
                        ["count"] = rows.Count,
                        ["per_page"] = number,
                        ["current_page"] = page,
                        ["total_pages"] = pages,
                        ["links"] = LinksOf(request, page, pages),
                    },
                },
            }
        );
    }

    // The page's number is what that API has: counting rows is its price.
    private static string PageOf(string totals) =>
        $"""
            SELECT w.number, w.id, w.account_id, w.machine, w.state, w.source, w.started_at, w.ended_at, w.distance, w.duration, w.privacy,
              CASE WHEN SUM(LENGTH(w.detail)) OVER (ORDER BY w.started_at DESC, w.number DESC) - LENGTH(w.detail) < @Room
                THEN w.detail ELSE {totals} END AS detail,
              w.strokes, w.copy_of, w.created_at, w.updated_at, w.name
            FROM (SELECT number {Which} ORDER BY started_at DESC, number DESC LIMIT @Limit OFFSET @Offset) AS page
            JOIN workout w ON w.number = page.number
            ORDER BY w.started_at DESC, w.number DESC
            """;

    // An empty array, where there is none, is that API's.
    private static JsonNode LinksOf(HttpRequest request, long page, long pages)
    {
        string At(long number) =>
            $"{request.Scheme}://{request.Host}{request.Path}{QueryString.Create([
                .. request.Query.Where(p => p.Key != "page").Select(p => KeyValuePair.Create(p.Key, (string?)p.Value.ToString())),
                KeyValuePair.Create("page", (string?)number.ToString(CultureInfo.InvariantCulture)),
            ])}";
        var links = new JsonObject();
        if (page < pages)
        {
            links["next"] = At(page + 1);
        }

        if (page > 1)
        {
            links["prev"] = At(page - 1);
        }

        return links.Count == 0 ? new JsonArray() : links;
    }

    private static long Whole(HttpRequest request, string name, long otherwise, long most, FieldFaults faults)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return otherwise;
        }

        if (
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1
            && number <= most
        )
        {
            return number;
        }

        faults.Add(name, $"A whole number from 1 to {most} is expected.");
        return otherwise;
    }

    private static DateTimeOffset? Day(HttpRequest request, string name, bool endOfDay, FieldFaults faults)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (
            DateTime.TryParseExact(
                text,
                ["yyyy-MM-dd", LogbookWords.DateForm],
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var day
            ) && day.Year is >= 1970 and < 2300
        )
        {
            var time = LocalTimes.ToUtc(day, null);
            return endOfDay && text.Length == 10 ? time.AddDays(1).AddMilliseconds(-1) : time;
        }

        faults.Add(name, "A day is expected, as 2026-11-20.");
        return null;
    }
}
