using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Tables;
using Sillage.Collections.Declared;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Gives the records that the caller may read as a file.</summary>
internal static class ExportRecords
{
    private const int AtOnce = 500;

    public static void Map(RouteGroupBuilder records) =>
        records
            .MapGet("/export", Handle)
            .RequirePermission(CollectionsPermission.Use)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Export records")
            .WithDescription(
                """
                What *List records* lists, whole, as CSV (RFC 4180) or NDJSON; *Import records* reads both. In CSV a list is written as JSON, and a text that a spreadsheet would run as a formula
                gets an apostrophe in front, unless `formulas=keep`. If the export fails on the way, the connection is cut: what ends properly is complete.
                """
            )
            .WithQuery("format", "`csv` or `ndjson`. Default `csv`.", "csv")
            .WithQuery("filter", "Which records, as in *List records*. Default all.", "price < 10")
            .WithQuery("q", "Words that they have, as in *List records*.")
            .WithQuery("sort", "In which order, as in *List records*. Default `created`.", "title")
            .WithQuery("fields", "The members, separated by commas. Default all.", "title,price")
            .WithQuery("formulas", "`keep` to leave texts as they are. Default with an apostrophe.", "keep")
            .Produces(
                StatusCodes.Status200OK,
                contentType: "text/csv",
                additionalContentTypes: ["application/x-ndjson"]
            )
            .Fails(StatusCodes.Status404NotFound);

    private static async Task Handle(
        HttpContext http,
        FoundCollection found,
        Caller caller,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        IOptions<CollectionsOptions> options,
        TimeProvider clock,
        ILogger<CollectionsData> logger
    )
    {
        var (request, ct) = (http.Request, http.RequestAborted);
        var isCsv = IsCsv(request);
        var query = RecordQuery.Read(request, found.Known, found.Viewer) with { Expand = [] };
        string[] columns =
        [
            "id",
            .. found.Plan.Fields.Where(field => found.Viewer.Sees(found.Plan, field)).Select(field => field.Name),
            "owner",
            "created",
            "updated",
        ];
        columns = [.. columns.Where(name => name == "id" || query.Fields?.Contains(name) != false)];
        // Bare: a record is what it holds, and has no links.
        var access = new Access(found.Known, found.Viewer with { Form = CollectionForm.FastApi }, clock.GetUtcNow());
        query = query with { Fields = columns.ToHashSet(StringComparer.Ordinal) };
        // What is wrong with the query is told before the file begins.
        var (rows, cursor) = await ReadAsync(null);
        found.Hold(caller, database, store);
        var date = clock.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        http.Response.ContentType = isCsv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
        http.Response.Headers.ContentDisposition =
            $"attachment; filename=\"{found.Plan.Address}_{date}.{(isCsv ? "csv" : "ndjson")}\"";
        http.Response.Headers.CacheControl = "no-store";
        await WholeOrCut.RunAsync(http, logger, "export", $"collection {found.Plan.Address}", WriteAsync);

        async Task WriteAsync()
        {
            var buffer = new RowBuffer();
            var cells = new CsvCells(request.Query["formulas"] == "keep") { Output = buffer };
            if (isCsv)
            {
                cells.Header(columns);
            }

            while (true)
            {
                foreach (var row in rows)
                {
                    var view = RecordView.Of(row, row.Read(found.Plan), access.Viewer, query.Fields);
                    if (isCsv)
                    {
                        WriteRow(cells, columns, JsonElement.Parse(view.Utf8.Span));
                    }
                    else
                    {
                        buffer.Write(view.Utf8.Span);
                        buffer.Write((byte)'\n');
                    }
                }

                await http.Response.BodyWriter.WriteAsync(buffer.Written, ct);
                if (cursor is null)
                {
                    return;
                }

                buffer.Clear();
                (rows, cursor) = await ReadAsync(cursor);
            }
        }

        async Task<(IReadOnlyList<RecordRow> Rows, ListCursor? Next)> ReadAsync(ListCursor? after)
        {
            var text = after is null
                ? null
                : Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(after, Json.Options));
            var page = new PageRequest(AtOnce, text);
            var (read, isCut) = await database.ReadAsync(
                r => RecordScan.ReadAsync(r, access, query, page, options.Value.LargeFrom, ct),
                ct
            );
            var next =
                read.Count > AtOnce ? read[AtOnce - 1].Next
                : isCut ? read[^1].Next
                : null;
            return ([.. read.Take(AtOnce).Select(one => one.Row)], next);
        }
    }

    private static bool IsCsv(HttpRequest request) =>
        request.Query["format"].ToString() switch
        {
            "" or "csv" => true,
            "ndjson" => false,
            _ => throw RecordQuery.Invalid([new FieldError("?format", "csv or ndjson is expected.")]),
        };

    private static void WriteRow(CsvCells cells, string[] columns, JsonElement record)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (i > 0)
            {
                cells.Next();
            }

            if (!record.TryGetProperty(columns[i], out var value))
            {
                continue;
            }

            switch (value.ValueKind)
            {
                case JsonValueKind.Null:
                    break;
                case JsonValueKind.String:
                    cells.Text(value.GetString());
                    break;
                case JsonValueKind.Array when value.GetArrayLength() == 0:
                    break;
                case JsonValueKind.Array or JsonValueKind.Object:
                    cells.Text(value.GetRawText());
                    break;
                default:
                    cells.Decimal(Encoding.UTF8.GetBytes(value.GetRawText()));
                    break;
            }
        }

        cells.EndRow();
    }
}
