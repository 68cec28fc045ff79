using System.Globalization;
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
using Sillage.Traces.Export;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

/// <summary>Streams the sessions of a study as a CSV file.</summary>
internal static class ExportSessions
{
    private const int PieceSessions = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Map(RouteGroupBuilder sessions) =>
        ExportOptions
            .DescribeTable(sessions.MapGet("/export", Handle))
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Export sessions")
            .WithDescription(
                """
                Every session as a row of CSV (RFC 4180), for analysis: `participant`, `session`, `start`, `end`, `seconds`,
                `traces`, `sequence_lowest`, `sequence_highest`, `sequence_missing`, `sequence_repeated`, `clock_ahead`,
                `clock_basis`, `clock_correction`; what they hold is in the list of sessions. With `identities=true`, which
                needs the right `identities` and is audited, `number` and `username` come after `participant`. A text that a
                spreadsheet would run as a formula gets an apostrophe in front, unless `formulas=keep`. If the export fails
                on the way, the connection is cut: what ends properly is complete.
                """
            )
            .WithIdentities()
            .Produces(StatusCodes.Status200OK, contentType: "text/csv", additionalContentTypes: "application/gzip")
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

    private static async Task Handle(
        HttpContext http,
        Study study,
        bool? identities,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        Tallies tallies,
        TimeProvider clock,
        ILogger<TracesData> logger
    )
    {
        var ct = http.RequestAborted;
        var options = ExportOptions.Read(http.Request) with { Identities = identities is true };
        await Names.DemandAsync(database, study, caller, options.Identities, purpose, "sessions", ct);
        await tallies.DemandCompleteAsync(study.Key, Patience, ct);
        options.SetHeaders(http.Response, study.Slug + "_sessions", clock);
        await using var body = new ExportBody(http.Response, options.Gzip);
        await WholeOrCut.RunAsync(
            http,
            logger,
            "export",
            $"study {study.Slug}",
            () => WriteAsync(body, database, study, new SessionTable(options), ct)
        );
    }

    private static async Task WriteAsync(
        ExportBody body,
        IDatabase<TracesData> database,
        Study study,
        SessionTable table,
        CancellationToken ct
    )
    {
        table.WriteHeader();
        SessionKeys? after = null;
        var hasMore = true;
        while (hasMore)
        {
            hasMore = await database.ReadAsync(
                async reader =>
                {
                    var rows = await SessionScan.ReadAsync(reader, study, null, after, PieceSessions, ct);
                    var clocks = await SessionScan.ClocksAsync(reader, study, rows, ct);
                    var numbers = rows.Select(r => r.Participant);
                    var names = await Names.OfWantedAsync(reader, study, table.Identities, numbers, ct);
                    for (var i = 0; i < rows.Count; i++)
                    {
                        table.Write(rows[i], clocks[i], names);
                    }

                    after = rows.Count == 0 ? after : new SessionKeys(rows[^1].Pseudonym, rows[^1].Session);
                    return rows.Count == PieceSessions;
                },
                ct
            );
            // Outside of the read: a reader that is slow holds no snapshot.
            if (await body.SendAsync(table.Output.Written, ct))
            {
                return;
            }

            table.Output.Clear();
        }
    }
}

/// <summary>Writes sessions as CSV.</summary>
internal sealed class SessionTable(ExportOptions options)
{
    private static readonly string[] Columns =
    [
        "session",
        "start",
        "end",
        "seconds",
        "traces",
        "sequence_lowest",
        "sequence_highest",
        "sequence_missing",
        "sequence_repeated",
        "clock_ahead",
        "clock_basis",
        "clock_correction",
    ];

    private readonly CsvCells _csv = new(options.KeepFormulas, options.DecimalComma);
    private readonly TimeCells _start = new(options.Zone);
    private readonly TimeCells _end = new(options.Zone);

    public bool Identities => options.Identities;

    public RowBuffer Output => _csv.Output;

    public void WriteHeader()
    {
        _csv.Begin(options.Bom);
        _csv.Header(["participant", .. options.Identities ? (string[])["number", "username"] : [], .. Columns]);
    }

    public void Write(SessionRow row, SenderClock clock, IReadOnlyDictionary<long, string>? names)
    {
        _csv.Text(row.Pseudonym);
        _csv.Next();
        if (names is not null)
        {
            _csv.Whole(row.Participant);
            _csv.Next();
            _csv.Text(names.GetValueOrDefault(row.Participant));
            _csv.Next();
        }

        _csv.Text(row.Session);
        _csv.Next();
        _start.Write(Output, row.First);
        _csv.Next();
        _end.Write(Output, row.Last);
        _csv.Next();
        Seconds(row.Last - row.First);
        _csv.Next();
        _csv.Whole(row.Count);
        var hasNumbers = row.Sequenced > 0;
        foreach (var number in (ReadOnlySpan<long?>)[row.Lowest, row.Highest, row.Missing, row.Surplus])
        {
            _csv.Next();
            _csv.Whole(hasNumbers ? number : null);
        }

        _csv.Next();
        Seconds(clock.Ahead);
        _csv.Next();
        _csv.Text(
            clock.Basis switch
            {
                ClockBasis.Confirmed => "confirmed"u8,
                ClockBasis.Participant => "participant"u8,
                ClockBasis.AtLeast => "at-least"u8,
                _ => "unknown"u8,
            }
        );
        _csv.Next();
        Seconds(clock.Correction);
        _csv.EndRow();
    }

    private void Seconds(long? microseconds)
    {
        if (microseconds is { } some)
        {
            Span<byte> text = stackalloc byte[32];
            (some / 1e6m).TryFormat(text, out var length, "0.######", CultureInfo.InvariantCulture);
            _csv.Decimal(text[..length]);
        }
    }
}
