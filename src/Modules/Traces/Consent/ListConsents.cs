using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Tables;
using Sillage.Storage;
using Sillage.Traces.Export;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>Lists where every participant stands.</summary>
internal static class ListConsents
{
    private const int ChunkRows = 1000;

    private const string Select = """
        SELECT p.number, c.given, c.version, c.source, c.data, c.recorded_at
        FROM participant p LEFT JOIN consent c ON c.study = p.study AND c.participant = p.number AND c.position = (
          SELECT max(l.position) FROM consent l WHERE l.study = p.study AND l.participant = p.number)
        WHERE p.study = @Study AND p.number > @After ORDER BY p.number LIMIT @Limit
        """;

    private sealed record Keys(long Number);

    private sealed record Row(
        long Number,
        bool? Given,
        long? Version,
        string? Source,
        string? Data,
        DateTimeOffset? RecordedAt
    )
    {
        public ConsentRecord? Record =>
            Given is { } given ? new ConsentRecord(given, Version!.Value, Source!, Data, RecordedAt!.Value) : null;
    }

    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/consents", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("List consents")
            .WithDescription(
                "Where each participant stands, by number; as CSV (`Accept: text/csv` or `?format=csv`) all of them at once."
            )
            .WithQuery("format", CsvChoice.Description, "csv")
            .WithQuery("bom", ExportOptions.BomDescription, "true")
            .WithReplyExample(new Page<ConsentState>([ConsentState.PaperExample], null))
            .Produces<Page<ConsentState>>(StatusCodes.Status200OK, "application/json", "application/xml", "text/csv")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(
        HttpContext http,
        Study study,
        PageRequest page,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var isCsv = CsvChoice.IsWanted(http.Request);
        var errors = new List<FieldError>();
        var bom = ExportOptions.ReadBom(http.Request, isCsv, errors);
        if (errors.Count > 0)
        {
            return Problem.BadRequest("The list is not possible like this.", errors);
        }

        if (isCsv)
        {
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{study.Slug}_consents.csv\"";
            http.Response.Headers.CacheControl = "no-store";
            return TypedResults.Bytes(await WriteCsvAsync(study, bom, database, ct), CsvChoice.ContentType);
        }

        var rows = await ReadAsync(study, page.After<Keys>()?.Number ?? 0, page.Limit + 1, database, ct);
        return PageReply<ConsentState>.Of([.. rows], page, s => new Keys(s.Number));
    }

    private static async Task<ReadOnlyMemory<byte>> WriteCsvAsync(
        Study study,
        bool bom,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var csv = new CsvCells();
        csv.Begin(bom);
        csv.Header(["number", "pseudonym", "state", "version", "at", "by"]);
        var states = await ReadAsync(study, 0, ChunkRows, database, ct);
        while (states.Count > 0)
        {
            foreach (var state in states)
            {
                csv.Whole(state.Number);
                csv.Next();
                csv.Text(state.Pseudonym);
                csv.Next();
                csv.Text(state.State.ToString().ToLowerInvariant());
                csv.Next();
                csv.Whole(state.Version);
                csv.Next();
                csv.Text(state.At?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
                csv.Next();
                csv.Text(state.By);
                csv.EndRow();
            }

            states = await ReadAsync(study, states[^1].Number, ChunkRows, database, ct);
        }

        return csv.Output.Written;
    }

    private static async Task<IReadOnlyList<ConsentState>> ReadAsync(
        Study study,
        long after,
        long limit,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Study = study.Key,
            After = after,
            Limit = limit,
        };
        var rows = await database.ReadAsync(r => r.QueryAsync<Row>(Select, parameters, ct), ct);
        return [.. rows.Select(r => ConsentState.Of(study, r.Number, r.Record, toResearcher: true))];
    }
}
