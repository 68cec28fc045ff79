using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Export;

/// <summary>Streams a study's traces as a file.</summary>
internal static partial class ExportTraces
{
    // Long enough for the price of a query to vanish, short enough for memory to stay flat and no snapshot to grow old.
    private const int ChunkRows = 2000;
    private const int ChunkBytes = 1024 * 1024;

    private const string LastPosition = "SELECT max(position) FROM trace WHERE study = @study";

    public static void Map(RouteGroupBuilder traces) =>
        TraceFilter
            .Describe(traces.MapGet("/export", HandleAsync))
            .RequirePermission(Permission.ReadTraces)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Export traces")
            .WithDescription(
                """
                Every trace that the filter lets through, as it stood when the export began, as CSV (RFC 4180) or NDJSON.
                CSV has one column for each declared field and `extra` for all others. Participants appear under their
                pseudonyms unless `identities=true`, which needs the right `identities` and is audited. Needs the right `read`.

                A text that a spreadsheet would run as a formula gets an apostrophe in front, unless `formulas=keep`. If the
                export fails on the way, the connection is cut: what ends properly is complete.
                """
            )
            .WithQuery("format", "csv (the default) or ndjson.", "csv")
            .WithQuery("formulas", "keep: leave texts that look like formulas as they are. Default guard.", "keep")
            .Produces(StatusCodes.Status200OK, contentType: "text/csv", additionalContentTypes: "application/x-ndjson")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task HandleAsync(
        HttpContext http,
        string study,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        TimeProvider clock,
        ILogger<TracesModule> logger
    )
    {
        var ct = http.RequestAborted;
        var known = await directory.GetAsync(study, caller, StudyRights.Read, ct);
        var filter = TraceFilter.Read(http.Request, known, caller);
        var csv = Choose(http.Request, "format", "csv", "ndjson") == "csv";
        var keepFormulas = Choose(http.Request, "formulas", "guard", "keep") == "keep";
        var scan = await TraceScan.StartAsync(database, known, filter, ct);
        scan.Ceiling =
            await database.ReadAsync(r => r.ScalarAsync<long?>(LastPosition, new { study = known.Key }, ct), ct) ?? 0;

        IReadOnlyDictionary<long, string>? names = null;
        if (filter.Identities)
        {
            await Names.AuditAsync(database, known, caller, "export", ct);
            names = await Names.OfAllAsync(database, known, ct);
        }

        SetHeaders(http.Response, study, csv, clock);
        try
        {
            await WriteAsync(http, scan, database, csv, keepFormulas, names, ct);
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            // A proper end would make what is there look complete.
            LogCut(logger, study, exception);
            http.Abort();
        }
    }

    private static async Task WriteAsync(
        HttpContext http,
        TraceScan scan,
        IDatabase<TracesModule> database,
        bool csv,
        bool keepFormulas,
        IReadOnlyDictionary<long, string>? names,
        CancellationToken ct
    )
    {
        // While one buffer is on its way the next one fills.
        var (filling, spare) = (new RowBuffer(), new RowBuffer());
        using var json = new TraceJson(filling);
        var table = new TraceCsv(scan.Study.Rules, names is not null, keepFormulas) { Output = filling };
        if (csv)
        {
            table.WriteHeader();
        }

        Task<FlushResult>? sending = null;
        try
        {
            while (!scan.IsAtEnd)
            {
                await database.ReadAsync(
                    reader => scan.ReadAsync(reader, ChunkRows, (in TraceRow row) => Write(row), ct),
                    ct
                );

                // Outside of the read: a reader that is slow, or never reads, holds no snapshot.
                if (sending is not null && (await sending).IsCompleted)
                {
                    return;
                }

                sending = http.Response.BodyWriter.WriteAsync(filling.Written, ct).AsTask();
                (filling, spare) = (spare, filling);
                filling.Clear();
                json.Reset(filling);
                table.Output = filling;
            }

            if (sending is not null)
            {
                await sending;
            }
        }
        catch when (sending is { IsCompleted: false })
        {
            // Nobody may be left writing when the request ends.
            http.Abort();
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        bool Write(in TraceRow row)
        {
            if (csv)
            {
                table.Write(row, names);
            }
            else
            {
                json.Write(row, names);
                filling.Write((byte)'\n');
            }

            return filling.Length < ChunkBytes;
        }
    }

    private static string Choose(HttpRequest request, string name, string usual, string other) =>
        request.Query[name].ToString() switch
        {
            "" => usual,
            var value when value == usual || value == other => value,
            _ => throw new ProblemException(
                Problem.BadRequest(
                    "The export is not possible like this.",
                    new FieldError("?" + name, $"{usual} or {other}.")
                )
            ),
        };

    private static void SetHeaders(HttpResponse response, string study, bool csv, TimeProvider clock)
    {
        var date = clock.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        response.ContentType = csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
        response.Headers.ContentDisposition =
            $"attachment; filename=\"{study}_traces_{date}.{(csv ? "csv" : "ndjson")}\"";
        response.Headers.CacheControl = "no-store";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The export of study {Study} was cut off.")]
    private static partial void LogCut(ILogger logger, string study, Exception exception);
}
