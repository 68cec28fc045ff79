using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Export;

/// <summary>Gives all of the caller's workouts with their strokes.</summary>
internal static class ExportWorkouts
{
    private const string Select = $"""
        SELECT {WorkoutRow.Columns} FROM workout WHERE account_id = @Account AND number > @After ORDER BY number LIMIT 1
        """;

    public static void Map(RouteGroupBuilder workouts) =>
        workouts
            .MapGet("/export", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Export all of one's workouts")
            .WithDescription("NDJSON: a workout a line, with `strokes` beside it; copies from other devices too.")
            .Produces(StatusCodes.Status200OK, contentType: ExportForm.NdJson);

    private static async Task Handle(HttpContext http, Caller caller, IDatabase<RowingData> database)
    {
        var ct = http.RequestAborted;
        http.Response.ContentType = ExportForm.NdJson;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"workouts.ndjson\"";
        var line = new ArrayBufferWriter<byte>();
        // A workout at a time: whoever reads slowly holds no snapshot.
        for (long after = 0; ; )
        {
            var next = new { Account = caller.Id, After = after };
            var (row, strokes) = await database.ReadAsync(
                async reader =>
                    await reader.FirstOrDefaultAsync<WorkoutRow>(Select, next, ct) is { } found
                        ? ((WorkoutRow?)found, await WorkoutStore.ReadStrokesAsync(reader, found.Number, ct))
                        : (null, []),
                ct
            );
            if (row is null)
            {
                break;
            }

            line.Clear();
            line.Write("{\"workout\":"u8);
            line.Write(JsonSerializer.SerializeToUtf8Bytes(WorkoutResource.Of(row), Json.Options));
            line.Write(",\"strokes\":"u8);
            StrokeJson.WriteArray(line, strokes);
            line.Write("}\n"u8);
            await http.Response.BodyWriter.WriteAsync(line.WrittenMemory, ct);
            after = row.Number;
        }

        await http.Response.BodyWriter.FlushAsync(ct);
    }
}
