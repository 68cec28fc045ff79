using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import;

/// <summary>Reads traces from a file that comes with the request, by the same road as <c>sillage traces import</c>.</summary>
internal static class ImportFileOfTraces
{
    /// <summary>What came of it, or would.</summary>
    /// <param name="DryRun">Whether nothing was stored.</param>
    /// <param name="Columns">Which column goes where, the first 500.</param>
    /// <param name="Unread">Columns that are not read, the first 500.</param>
    /// <param name="Missing">What every trace needs and nothing goes to; then no row was looked at.</param>
    /// <param name="Rows">How many rows were read.</param>
    /// <param name="Added">How many traces are new; of a dry run how many could be stored.</param>
    /// <param name="Known">How many rows were stored already.</param>
    /// <param name="First">The first rows as they are stored, JSON in a string each; of a dry run only.</param>
    /// <param name="Reasons">Why rows cannot be taken. They are not kept: mend the file, and send it again.</param>
    public sealed record Report(
        bool DryRun,
        IReadOnlyList<ReadColumn> Columns,
        IReadOnlyList<string> Unread,
        IReadOnlyList<string> Missing,
        long Rows,
        long Added,
        long Known,
        IReadOnlyList<string> First,
        IReadOnlyList<RefusedRows> Reasons
    );

    /// <summary>A column that is read.</summary>
    /// <param name="Column">Its name in the file.</param>
    /// <param name="Target">Where it goes: a member of traces, or <c>data.FIELD</c>.</param>
    public sealed record ReadColumn(string Column, string Target);

    /// <summary>Rows that cannot be taken for one reason.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Value">A value that is wrong, where the reason is one value's.</param>
    public sealed record RefusedRows(string Reason, long Count, string? Value);

    private const int MostColumns = 500;
    private const int LongestName = 100;
    private const int MostText = 2000;

    private static readonly (string Flag, string Parameter)[] Flags =
    [
        ("--time-format", "timeFormat"),
        ("--time-zone", "timeZone"),
        ("--map", "map"),
        ("--constant", "constants"),
        ("--drop", "drop"),
        ("--delimiter", "delimiter"),
    ];

    private static readonly Report Example = new(
        DryRun: true,
        [new ReadColumn("time", "timestamp"), new ReadColumn("event", "name"), new ReadColumn("room", "data.room")],
        ["comment"],
        [],
        412,
        410,
        0,
        ["""{"participant":1,"timestamp":"2026-11-20T09:30:00Z","name":"answered","data":{"room":"loops"}}"""],
        [new RefusedRows("score → data.score: A whole number.", 2, "\"twelve\"")]
    );

    public static void Map(RouteGroupBuilder traces)
    {
        var options = ((IEndpointRouteBuilder)traces)
            .ServiceProvider.GetRequiredService<IOptions<TracesOptions>>()
            .Value;
        traces
            .MapPost("/import", Handle)
            .RequirePermission(TracesPermission.WriteTraces)
            .RequireRight(StudyRights.Write)
            .WithMetadata(new RequestSizeLimitAttribute(options.MaxBatchBytes))
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .Accepts<string>(ImportBody.MediaTypes[0], ImportBody.MediaTypes[1..])
            .WithSummary("Import a file")
            .WithDescription(
                """
                A CSV, TSV or NDJSON file of any origin, up to 32 MiB and not packed; a larger one in parts, each with the head. Columns go where their
                names suggest, or where `map` says; `dryRun=true` tells what would come of it, and what is missing. A row becomes what
                a client would have sent. One without an id gets it from its text and place, so that the same file again stores nothing
                twice. Participants are named by their number or pseudonym. Rows that cannot be taken are counted by reason and not kept.
                """
            )
            .WithQuery(
                "map",
                "Which column goes where, as `TARGET=COLUMN` with commas between; a column with a comma stands in quotes.",
                "timestamp=time,name=event"
            )
            .WithQuery("constants", "What is the same for every row, as `TARGET=VALUE`, one only.", "name=answered")
            .WithQuery(
                "drop",
                "Columns that are not read, with commas between; `*` for all that are not mapped.",
                "comment"
            )
            .WithQuery("delimiter", "The character between cells. Default: as the first lines show.", ";")
            .WithQuery(
                "decimalComma",
                "Whether numbers are written with a comma before the fraction. Default false.",
                "true"
            )
            .WithQuery(
                "timeFormat",
                "`rfc3339`, `s`, `ms`, `us` or a form such as `dd.MM.yyyy HH:mm:ss`. Default: as each text shows.",
                "ms"
            )
            .WithQuery("timeZone", "The zone of times that name none, by its IANA name.", "Europe/Paris")
            .WithQuery("part", "Of a file that comes in parts, which one this is, from 0 up. Default 0.", "1")
            .WithQuery("dryRun", "Whether only to look. Default false.", "true")
            .WithReplyExample(Example)
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status415UnsupportedMediaType
            );
    }

    private static async Task<Results<Reply<Report>, Problem>> Handle(
        HttpContext http,
        Study study,
        Caller caller,
        TraceImport import,
        CancellationToken ct,
        string? map = null,
        string? constants = null,
        string? drop = null,
        string? delimiter = null,
        bool decimalComma = false,
        string? timeFormat = null,
        string? timeZone = null,
        int part = 0,
        bool dryRun = false
    )
    {
        if (ImportBody.FormOf(http.Request) is not { } form)
        {
            return Problem.UnsupportedMediaType(ImportBody.MediaTypes);
        }

        // On the command line a file may stand here, which is the server's own.
        if (map?.Split(',').Any(item => item.TrimStart().StartsWith('@')) == true)
        {
            return Problem.BadRequest("The mapping is not valid.", new FieldError("?map", "TARGET=COLUMN."));
        }

        await using var body = await ImportBody.ReadAsync(http.Request, ct);
        var request = new TraceImportRequest("-", study.Slug)
        {
            Input = body.Content,
            Format = form,
            Map = Listed(map),
            Constants = Listed(constants),
            Drop = Listed(drop),
            Delimiter = delimiter,
            DecimalComma = decimalComma,
            TimeFormat = timeFormat,
            TimeZone = timeZone,
            Actor = caller.Id,
            Part = part,
            DryRun = dryRun,
            TellsMissing = true,
            Bad = body.Bad,
        };
        try
        {
            var summary = await import.RunAsync(request, null, ct);
            return new Reply<Report>(Of(summary, dryRun)) { NoStore = true };
        }
        catch (ImportException exception)
        {
            ct.ThrowIfCancellationRequested();
            return Problem.BadRequest(Short(InParameters(exception.Message), MostText));
        }
    }

    // What is said of flags on the command line is a parameter here.
    private static string InParameters(string text) =>
        Flags.Aggregate(text, (said, pair) => said.Replace(pair.Flag, pair.Parameter, StringComparison.Ordinal));

    // A file is told of by no more than a person reads, however it came about.
    private static string Short(string text, int most) => text.Length <= most ? text : $"{Beginning.Of(text, most)}…";

    private static string[] Listed(string? text) => string.IsNullOrWhiteSpace(text) ? [] : [text];

    private static Report Of(TraceImportSummary summary, bool dryRun) =>
        new(
            dryRun,
            [
                .. summary
                    .Columns.Take(MostColumns)
                    .Select(c => new ReadColumn(Short(c.Key, LongestName), Short(c.Value, LongestName))),
            ],
            [.. summary.Unread.Take(MostColumns).Select(name => Short(name, LongestName))],
            summary.MissingTargets,
            summary.Rows,
            summary.Added,
            summary.Known,
            summary.First,
            [
                .. summary
                    .Reasons.OrderByDescending(r => r.Value)
                    .ThenBy(r => r.Key, StringComparer.Ordinal)
                    .Take(100)
                    .Select(r => new RefusedRows(
                        InParameters(r.Key),
                        r.Value,
                        summary.Values.GetValueOrDefault(r.Key)
                    )),
            ]
        );
}
