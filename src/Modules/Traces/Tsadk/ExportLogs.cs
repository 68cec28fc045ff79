using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Tables;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Streams all logs as a CSV file (RFC 4180).</summary>
internal static class ExportLogs
{
    // Sent in pieces of this size: big enough for few of them, small enough for memory to stay flat.
    private const int PieceCharacters = 64 * 1024;

    private const string Header =
        "id,userID,timestamp,sequence,roomName,actionNature,actionType,userAnswer,userError\r\n";

    public static void Map(RouteGroupBuilder utilities) =>
        utilities
            .MapGet("/export/logs", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .RequireRight(StudyRights.Manage, StudyRights.Identities)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Export TSADK logs")
            .WithDescription(
                "Every log as CSV. A text that a spreadsheet would run as a formula gets an apostrophe in front, unless "
                    + "`formulas=keep`."
            )
            .WithQuery("formulas", "keep: leave texts that look like formulas as they are. Default guard.", "keep")
            .Produces(StatusCodes.Status200OK, contentType: "text/csv")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task Handle(
        HttpContext http,
        Study study,
        string? formulas,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        TimeProvider clock
    )
    {
        var ct = http.RequestAborted;
        if (formulas is not (null or "guard" or "keep"))
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The export is not possible like this.",
                    new FieldError("?formulas", "guard or keep.")
                )
            );
        }

        await TsadkScan.AuditAsync(database, study, caller, purpose, ct);
        var last = await TsadkScan.EndAsync(database, study, ct);
        var date = clock.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        http.Response.ContentType = "text/csv; charset=utf-8; header=present";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{study.Slug}_export_logs_{date}.csv\"";
        http.Response.Headers.CacheControl = "no-store";
        var piece = new StringBuilder(Header);
        await foreach (var log in TsadkScan.ReadAsync(database, study, caller, 0, last, ct))
        {
            Append(piece, log, guard: formulas != "keep");
            if (piece.Length >= PieceCharacters)
            {
                await http.Response.WriteAsync(piece.ToString(), ct);
                piece.Clear();
            }
        }

        await http.Response.WriteAsync(piece.ToString(), ct);
    }

    private static void Append(StringBuilder piece, TsadkLog log, bool guard)
    {
        piece.Append(CultureInfo.InvariantCulture, $"{log.Id},{log.UserID},");
        AppendText(piece, log.Timestamp, guard);
        piece.Append(CultureInfo.InvariantCulture, $",{log.Sequence}");
        foreach (
            var text in (ReadOnlySpan<string>)
                [log.RoomName, log.ActionNature, log.ActionType, log.UserAnswer, log.UserError]
        )
        {
            piece.Append(',');
            AppendText(piece, text, guard);
        }

        piece.Append("\r\n");
    }

    private static void AppendText(StringBuilder piece, string text, bool guard)
    {
        // CWE-1236, as in the other export.
        if (guard && Formulas.MayBe(text))
        {
            text = "'" + text;
        }

        if (text.AsSpan().ContainsAny(",\"\r\n") || text.StartsWith(' ') || text.EndsWith(' '))
        {
            piece.Append('"').Append(text).Replace("\"", "\"\"", piece.Length - text.Length, text.Length).Append('"');
        }
        else
        {
            piece.Append(text);
        }
    }
}
