using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Storage;
using Sillage.Traces.Export;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>Streams the quarantine as a file, one rejected trace a line.</summary>
internal static partial class DownloadQuarantine
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapGet("/content", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Download rejected traces")
            .WithDescription(
                """
                All of them, or those of one reason, as NDJSON: a line each with the bytes that came as `text`, or as `base64`
                where they are not UTF-8, and with id, reason, errors, participant, sender and times. If it fails on the way,
                the connection is cut: what ends properly is complete. Needs the right 'manage'.
                """
            )
            .WithQuery("reason", Reason.Help, Examples.Quarantined.Reason)
            .Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task HandleAsync(
        HttpContext http,
        string study,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        TimeProvider clock,
        ILogger<TracesModule> logger,
        string? reason = null
    )
    {
        var ct = http.RequestAborted;
        Reason.Check(reason);
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var scan = new QuarantineScan(database, known.Key, reason);
        var rows = await scan.NextAsync(ct);
        var date = clock.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{study}_quarantine_{date}.ndjson\"";
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            var buffer = new RowBuffer();
            await using var json = new Utf8JsonWriter(buffer, WriterOptions);
            while (rows.Count > 0)
            {
                foreach (var row in rows)
                {
                    Write(json, row, known);
                    json.Reset();
                    buffer.Write((byte)'\n');
                }

                if ((await http.Response.BodyWriter.WriteAsync(buffer.Written, ct)).IsCompleted)
                {
                    return;
                }

                buffer.Clear();
                rows = await scan.NextAsync(ct);
            }
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            // A proper end would make what is there look complete.
            LogCut(logger, study, exception);
            http.Abort();
        }
    }

    private static void Write(Utf8JsonWriter json, QuarantineRow row, Study study)
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
        if (Utf8.IsValid(row.Bytes))
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The download of the quarantine of study {Study} was cut off.")]
    private static partial void LogCut(ILogger logger, string study, Exception exception);
}
