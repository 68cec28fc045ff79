using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Tables;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Export;

/// <summary>Streams a study's traces as a file.</summary>
internal static class ExportTraces
{
    // Long enough for the price of a query to vanish, short enough for memory to stay flat and no snapshot to grow old.
    private const int ChunkRows = 2000;
    private const int ChunkBytes = 1024 * 1024;

    // So long the reply may wait for what clocks are estimated from.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string LastPosition = "SELECT max(position) FROM trace WHERE study = @Study";

    public static void Map(RouteGroupBuilder traces) =>
        ExportOptions
            .Describe(TraceFilter.Describe(traces.MapGet("/export", Handle)))
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Export traces")
            .WithDescription(
                """
                Every trace that the filter lets through, as it stood when the export began, as CSV (RFC 4180) or NDJSON.
                CSV has one column for each declared field and `extra` for all others. Participants appear under their
                pseudonyms unless `identities=true`, which needs the right `identities` and is audited; without it fields that
                are marked `mask` hold tokens and those marked `leave-out` have no column.

                A text that a spreadsheet would run as a formula gets an apostrophe in front, unless `formulas=keep`. If the
                export fails on the way, the connection is cut: what ends properly is complete.
                """
            )
            .Produces(
                StatusCodes.Status200OK,
                contentType: "text/csv",
                additionalContentTypes: ["application/x-ndjson", "application/gzip"]
            )
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

    private static async Task Handle(
        HttpContext http,
        Study study,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        Tallies tallies,
        TimeProvider clock,
        ILogger<TracesData> logger
    )
    {
        var ct = http.RequestAborted;
        var filter = TraceFilter.Read(http.Request, study, caller);
        var options = ExportOptions.Read(http.Request) with { Identities = filter.Identities };
        CorrectedTimes? corrected = null;
        if (options.Corrected)
        {
            await tallies.DemandCompleteAsync(study.Key, Patience, ct);
            corrected = await CorrectedTimes.ReadAsync(database, study, ct);
        }

        var scan = await TraceScan.StartAsync(database, study, filter, ct);
        scan.Ceiling =
            await database.ReadAsync(r => r.ScalarAsync<long?>(LastPosition, new { Study = study.Key }, ct), ct) ?? 0;

        IReadOnlyDictionary<long, string>? names = null;
        if (filter.Identities)
        {
            await Names.AuditAsync(database, study, caller, purpose, "export", ct);
            names = await Names.OfAllAsync(database, study, ct);
        }

        options.SetHeaders(http.Response, study.Slug + "_traces", clock);
        await using var body = new ExportBody(http.Response, options.Gzip);
        await WholeOrCut.RunAsync(
            http,
            logger,
            "export",
            $"study {study.Slug}",
            () => WriteAsync(http, body, scan, database, options, corrected, names, ct)
        );
    }

    private static async Task WriteAsync(
        HttpContext http,
        ExportBody body,
        TraceScan scan,
        IDatabase<TracesData> database,
        ExportOptions options,
        CorrectedTimes? corrected,
        IReadOnlyDictionary<long, string>? names,
        CancellationToken ct
    )
    {
        // While one buffer is on its way the next one fills.
        var (filling, spare) = (new RowBuffer(), new RowBuffer());
        using var json = new TraceJson(filling) { Corrected = corrected };
        var table = new TraceCsv(scan.Study.Rules, options) { Output = filling, Corrected = corrected };
        var csv = options.Csv;
        if (csv)
        {
            table.WriteHeader();
        }

        Task<bool>? sending = null;
        try
        {
            while (!scan.IsAtEnd)
            {
                await database.ReadAsync(
                    reader => scan.ReadAsync(reader, ChunkRows, (in TraceRow row) => Write(row), ct),
                    ct
                );

                // Outside of the read: a reader that is slow, or never reads, holds no snapshot.
                if (sending is not null && await sending)
                {
                    return;
                }

                sending = body.SendAsync(filling.Written, ct);
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
}
