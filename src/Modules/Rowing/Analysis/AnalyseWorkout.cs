using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Rowing.Rowers;
using Sillage.Storage;

namespace Sillage.Rowing.Analysis;

/// <summary>Shows what the strokes of a session say.</summary>
internal static class AnalyseWorkout
{
    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapGet("/analysis", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(WorkoutRights.Read)
            .WithSummary("Analyse a workout")
            .WithDescription(
                "Splits of any length, time in zones, distance a stroke, recovery by drive, fade. All of it follows from the strokes of work; rest is in none of it."
            )
            .WithQuery("split", "Metres of a split, 10 to 100000. Default 500.", "500")
            .WithQuery("splitTime", "Seconds of a split, 5 to 36000; instead of metres.", "60")
            .WithQuery("maximumHeartRate", "Beats a minute, 60 to 250. Default: what the caller's profile says.", "190")
            .WithQuery("thresholdPower", "Watts, 20 to 1000. Default: what the caller's profile says.", "240")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<Analysed>> Handle(
        HttpRequest request,
        WorkoutRow workout,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var seconds = Number(request, "splitTime", 5, 36_000);
        var metres = Number(request, "split", 10, 100_000) ?? 500;
        var maximum = Number(request, "maximumHeartRate", 60, 250);
        var threshold = Number(request, "thresholdPower", 20, 1000);
        var (strokes, profile) = await database.ReadAsync(
            async reader =>
                (
                    await WorkoutStore.ReadStrokesAsync(reader, workout.Number, ct),
                    (await RowerRow.FindAsync(reader, caller.Id, ct))?.ReadProfile()
                ),
            ct
        );
        return Reply.Ok(
            Analysed.Of(
                Word.Read<Machine>(workout.Machine),
                workout.ReadDetail(),
                strokes,
                metres,
                seconds,
                (int?)maximum ?? profile?.MaximumHeartRate,
                (int?)threshold ?? profile?.ThresholdPower
            )
        );
    }

    private static double? Number(HttpRequest request, string name, double least, double most)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        return
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw new ProblemException(
                Problem.BadRequest(
                    "A query parameter is not valid.",
                    new FieldError(
                        "?" + name,
                        string.Create(CultureInfo.InvariantCulture, $"A number from {least} to {most}.")
                    )
                )
            );
    }
}
