using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Export;

/// <summary>Gives a workout as a file.</summary>
internal static class ExportWorkout
{
    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapGet("/export", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(WorkoutRights.Read)
            .WithSummary("Export a workout")
            .WithDescription(
                "With its strokes, as FIT, TCX, CSV (as the Concept2 Logbook writes the strokes of a result) or NDJSON (a stroke a line)."
            )
            .WithQuery("format", "`fit`, `tcx`, `csv` or `ndjson`. Default fit.", "tcx")
            .Produces(
                StatusCodes.Status200OK,
                contentType: ExportForm.Fit,
                additionalContentTypes: [ExportForm.Tcx, ExportForm.Csv, ExportForm.NdJson]
            )
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(
        HttpRequest request,
        WorkoutRow workout,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var format = request.Query["format"].ToString() is { Length: > 0 } said ? said : "fit";
        if (!ExportForm.All.Contains(format))
        {
            return Problem.BadRequest(
                "A query parameter is not valid.",
                new FieldError("?format", $"One of {string.Join(", ", ExportForm.All)}.")
            );
        }

        var strokes = await database.ReadAsync(r => WorkoutStore.ReadStrokesAsync(r, workout.Number, ct), ct);
        request.HttpContext.Response.Headers.CacheControl = "private, no-cache";
        return ExportForm.Give(workout, strokes, format);
    }
}

/// <summary>The forms in which workouts go out.</summary>
internal static class ExportForm
{
    public const string Fit = "application/vnd.ant.fit";
    public const string Tcx = "application/vnd.garmin.tcx+xml";
    public const string Csv = "text/csv";
    public const string NdJson = "application/x-ndjson";

    public static readonly string[] All = ["fit", "tcx", "csv", "ndjson"];

    public static IResult Give(WorkoutRow row, List<Stroke> strokes, string format)
    {
        var (type, bytes) = format switch
        {
            "tcx" => (Tcx, TcxExport.Write(row, strokes)),
            "csv" => (Csv, CsvExport.Write(row, strokes)),
            "ndjson" => (NdJson, Lines(strokes)),
            _ => (Fit, FitExport.Write(row, strokes)),
        };
        return TypedResults.File(bytes, type, $"workout-{row.Number}.{format}");
    }

    private static byte[] Lines(List<Stroke> strokes)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var stroke in strokes)
        {
            StrokeJson.Write(output, stroke);
            output.Write("\n"u8);
        }

        return output.WrittenSpan.ToArray();
    }
}
