using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sillage.Rowing.Export;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Logbook;

/// <summary>Writes a workout as a result of that API: whole numbers in its units, dated by its end in local time.</summary>
internal static class ResultWriter
{
    public static JsonObject Write(WorkoutRow row, long user)
    {
        var detail = row.ReadDetail();
        var machine = Word.Read<Machine>(row.Machine);
        var end = row.EndedAt ?? row.StartedAt;
        var tenths = (row.Duration ?? 0) / 100;
        var totals = detail.Totals;
        var result = new JsonObject
        {
            ["id"] = row.Number,
            ["user_id"] = user,
            ["date"] = LocalTimes
                .FromUtc(end, detail.TimeZone)
                .ToString(LogbookWords.DateForm, CultureInfo.InvariantCulture),
            ["timezone"] = detail.TimeZone,
            ["date_utc"] = end.UtcDateTime.ToString(LogbookWords.DateForm, CultureInfo.InvariantCulture),
            ["distance"] = (row.Distance ?? 0) / 100,
            ["type"] = LogbookWords.Of(machine),
            ["time"] = tenths,
            ["time_formatted"] = LogbookWords.Clock(tenths),
            ["workout_type"] = LogbookWords.Of(detail.Type),
            ["source"] = row.Source,
            ["weight_class"] = detail.WeightClass?.ToString(),
            ["verified"] = false,
            ["ranked"] = false,
            ["privacy"] = LogbookWords.Of(Word.Read<Privacy>(row.Privacy)),
            ["comments"] = detail.Comments,
            ["stroke_data"] = row.Strokes > 0,
            ["real_time"] = null,
        };
        Put(result, "stroke_rate", totals.StrokeRate ?? detail.Derived.StrokeRate);
        Put(result, "stroke_count", totals.StrokeCount ?? detail.Derived.StrokeCount);
        Put(result, "calories_total", totals.Calories);
        Put(result, "wattminutes_total", totals.WattMinutes);
        Put(result, "drag_factor", totals.DragFactor);
        Put(result, "rest_time", totals.RestTime * 10);
        Put(result, "rest_distance", totals.RestDistance);
        PutBeats(result, totals.HeartRate);
        if (detail.Intervals is { } intervals)
        {
            result["workout"] = new JsonObject { ["intervals"] = Parts(intervals, isInterval: true) };
        }
        else if (detail.Splits is { } splits)
        {
            result["workout"] = new JsonObject { ["splits"] = Parts(splits, isInterval: false) };
        }

        return result;
    }

    /// <summary>What the client sent along about itself and the monitor.</summary>
    public static JsonNode? Metadata(WorkoutRow row) =>
        row.ReadDetail().Metadata is { ValueKind: JsonValueKind.Object } metadata
            ? JsonNode.Parse(metadata.GetRawText())
            : null;

    /// <summary>Strokes in tenths and decimetres, since their interval began.</summary>
    public static JsonArray Strokes(WorkoutRow row, IReadOnlyList<Stroke> strokes)
    {
        var machine = Word.Read<Machine>(row.Machine);
        var list = new JsonArray();
        foreach (var (stroke, milliseconds, centimetres) in IntervalTimes.Of(row, strokes))
        {
            var written = new JsonObject { ["t"] = Round(milliseconds / 100d), ["d"] = Round(centimetres / 10d) };
            Put(written, "p", stroke.Pace / 100d * LogbookWords.PaceMetres(machine) / 500);
            Put(written, "spm", stroke.Rate / 10d);
            Put(written, "hr", stroke.HeartRate);
            list.Add((JsonNode)written);
        }

        return list;
    }

    private static JsonArray Parts(IReadOnlyList<Measures> parts, bool isInterval)
    {
        var list = new JsonArray();
        foreach (var part in parts)
        {
            var written = new JsonObject
            {
                ["distance"] = Round(part.Distance ?? 0),
                ["time"] = Round((part.Time ?? 0) * 10),
            };
            if (isInterval)
            {
                written["type"] = part.Type is { } type ? Word.Of(type) : "distance";
                written["rest_time"] = Round((part.RestTime ?? 0) * 10);
                Put(written, "rest_distance", part.RestDistance);
            }

            Put(written, "stroke_rate", part.StrokeRate);
            Put(written, "calories_total", part.Calories);
            Put(written, "wattminutes_total", part.WattMinutes);
            PutBeats(written, part.HeartRate);
            if (part.Machine is { } machine)
            {
                written["machine"] = LogbookWords.Of(machine);
            }

            list.Add((JsonNode)written);
        }

        return list;
    }

    private static void PutBeats(JsonObject target, HeartRates? beats)
    {
        if (beats is null)
        {
            return;
        }

        var written = new JsonObject();
        Put(written, "average", beats.Average);
        Put(written, "min", beats.Minimum);
        Put(written, "max", beats.Maximum);
        Put(written, "ending", beats.Ending);
        Put(written, "rest", beats.Rest);
        Put(written, "recovery", beats.Recovery);
        target["heart_rate"] = written;
    }

    private static void Put(JsonObject target, string name, double? value)
    {
        if (value is { } number)
        {
            target[name] = Round(number);
        }
    }

    private static long Round(double value) => (long)Math.Round(value, MidpointRounding.AwayFromZero);
}
