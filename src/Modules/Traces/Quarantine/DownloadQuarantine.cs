using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
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
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Streams the quarantine as a file, one rejected trace a line.</summary>
internal static class DownloadQuarantine
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapGet("/content", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Download rejected traces")
            .WithDescription(
                """
                All of them, or those of one reason, as NDJSON: a line each with the bytes that came as `text`, or as `base64`
                where they are not UTF-8, and with id, reason, errors, participant, sender and times. If it fails on the way,
                the connection is cut: what ends properly is complete. Where the study has marked fields, they and whatever is no
                field show tokens (`masked`), and what is no JSON is withheld. Audited.
                """
            )
            .WithMarksLifted()
            .WithQuery("reason", Reason.Help, QuarantinedTrace.Example.Reason)
            .Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task Handle(
        HttpContext http,
        Study study,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        TimeProvider clock,
        ILogger<TracesData> logger,
        string? reason = null,
        bool identities = false
    )
    {
        var ct = http.RequestAborted;
        Reason.Check(reason);
        var inClear = await QuarantineView.BeginAsync(database, study, caller, identities, purpose, "download", ct);
        var scan = new QuarantineScan(database, study.Key, reason);
        var rows = await scan.NextAsync(ct);
        var date = clock.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{study.Slug}_quarantine_{date}.ndjson\"";
        http.Response.Headers.CacheControl = "no-store";
        await WholeOrCut.RunAsync(
            http,
            logger,
            "download of the quarantine",
            $"study {study.Slug}",
            () => WriteAsync(http.Response, scan, rows, study, inClear, ct)
        );
    }

    private static async Task WriteAsync(
        HttpResponse response,
        QuarantineScan scan,
        IReadOnlyList<QuarantineRow> rows,
        Study study,
        bool inClear,
        CancellationToken ct
    )
    {
        var buffer = new RowBuffer();
        await using var json = new Utf8JsonWriter(buffer, WriterOptions);
        while (rows.Count > 0)
        {
            foreach (var row in rows)
            {
                Write(json, row, study, inClear);
                json.Reset();
                buffer.Write((byte)'\n');
            }

            if ((await response.BodyWriter.WriteAsync(buffer.Written, ct)).IsCompleted)
            {
                return;
            }

            buffer.Clear();
            rows = await scan.NextAsync(ct);
        }
    }

    private static void Write(Utf8JsonWriter json, QuarantineRow row, Study study, bool inClear)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("reason", row.Reason);
        json.WritePropertyName("errors");
        json.WriteRawValue(row.Reasons, skipInputValidation: true);
        if (row.NumberIn(study) is { } number)
        {
            json.WriteNumber("participant", number);
        }

        if (row.OtherSender(study) is { } sender)
        {
            json.WriteString("sender", sender);
        }

        json.WriteNumber("times", row.Times);
        json.WriteString("firstReceivedAt", row.FirstReceivedAt.UtcDateTime);
        json.WriteString("receivedAt", row.ReceivedAt.UtcDateTime);
        if (!inClear)
        {
            json.WriteBoolean("masked", true);
            if (QuarantineMask.Apply(row, study) is { } masked)
            {
                json.WriteString("text"u8, masked);
            }
        }
        else if (Utf8.IsValid(row.Bytes))
        {
            json.WriteString("text"u8, row.Bytes);
        }
        else
        {
            json.WriteBase64String("base64"u8, row.Bytes);
        }

        json.WriteEndObject();
        json.Flush();
    }
}
