using System.Globalization;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Logbook;

/// <summary>Reads a result as clients of that API send it. A member that is not known is no fault: they send many.</summary>
internal sealed class ResultReader(JsonElement json, FieldFaults faults)
{
    // It is read with the workout, in lists too.
    private const int LongestMetadata = 8 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    // What a number of tenths, metres or watts may be at most.
    private const double Most = 100_000_000;
    private const int MostStrokes = 100_000;

    /// <summary>The workout; null if something is wrong, which the faults say.</summary>
    public WorkoutDraft? Read(Guid account)
    {
        var machine = Text("type") is { } type ? LogbookWords.MachineOf(type) : null;
        if (machine is null)
        {
            faults.Add("type", "One of the machines of the Logbook is needed.");
        }

        var zone = Text("timezone");
        if (zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            faults.Add("timezone", "Not the name of a time zone.");
        }

        var end = DateOf(zone);
        var (distance, time) = (Needed("distance"), Needed("time"));
        var rest = Number(json, "rest_time", "rest_time");
        var strokes = machine is { } known ? Strokes(known) : [];
        if (json.TryGetProperty("metadata", out var more) && more.GetRawText().Length > LongestMetadata)
        {
            faults.Add("metadata", $"At most {LongestMetadata} characters of JSON are kept.");
        }

        if (!faults.IsEmpty || end is not { } ended || machine is null)
        {
            return null;
        }

        var work = TimeSpan.FromSeconds((time!.Value + (rest ?? 0)) / 10);
        if (work > Longest)
        {
            faults.Add("time", "A workout takes at most seven days.");
            return null;
        }

        var (splits, intervals) = (Parts("splits", rest: false), Parts("intervals", rest: true));
        Locate(strokes, intervals);
        if (!faults.IsEmpty)
        {
            return null;
        }

        // Dated by its end: it began before work and rest.
        return new WorkoutDraft(account, machine.Value, Source.Logbook, ended - work)
        {
            End = ended,
            TimeZone = zone,
            Type = Text("workout_type") is { } word
                ? LogbookWords.TypeOf(word) ?? WorkoutType.Unknown
                : WorkoutType.Unknown,
            Totals = new Measures(
                distance,
                time / 10,
                rest / 10,
                Number(json, "rest_distance", "rest_distance"),
                Count("stroke_count"),
                Rate(json),
                Calories: Count("calories_total"),
                WattMinutes: Count("wattminutes_total"),
                DragFactor: Stroke.Some(Count("drag_factor")),
                HeartRate: Beats(json)
            ),
            Splits = splits,
            Intervals = intervals,
            Strokes = strokes,
            WeightClass = Text("weight_class") switch
            {
                "H" => WeightClass.H,
                "L" => WeightClass.L,
                _ => null,
            },
            Privacy = Text("privacy") is { } said ? LogbookWords.PrivacyOf(said) ?? Privacy.Private : Privacy.Private,
            Comments = Text("comments") is { Length: > 0 } comments ? Beginning.Of(comments, 10_000) : null,
            Metadata =
                json.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
                    ? metadata.Clone()
                    : null,
        };
    }

    private DateTimeOffset? DateOf(string? zone)
    {
        if (
            Text("date") is { } text
            && DateTime.TryParseExact(
                text,
                // A day alone is one too.
                [LogbookWords.DateForm, "yyyy-MM-dd"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var date
            )
            && date.Year is >= 1970 and < 2200
        )
        {
            return LocalTimes.ToUtc(date, zone);
        }

        faults.Add("date", "The end in local time is needed, as 2026-11-20 07:37:12.");
        return null;
    }

    private double? Needed(string name)
    {
        if (Number(json, name, name) is { } number)
        {
            // 5243.4 is taken for 5243: whole numbers are meant, and some clients send others.
            return Math.Round(number);
        }

        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            faults.Add(name, "It is needed.");
        }

        return null;
    }

    private int? Count(string name) => Stroke.Scale(Number(json, name, name), 1);

    private double? Rate(JsonElement part) =>
        Number(part, "stroke_rate", "stroke_rate") is > 0 and < 255 and var rate ? rate : null;

    private string? Text(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private double? Number(JsonElement part, string name, string path)
    {
        if (!part.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (
            (
                value.ValueKind == JsonValueKind.Number
                || (
                    value.ValueKind == JsonValueKind.String
                    && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                )
            ) && double.Parse(value.ToString(), CultureInfo.InvariantCulture) is >= 0 and <= Most and var number
        )
        {
            return number;
        }

        faults.Add(path, $"A number from 0 to {Most} is expected.");
        return null;
    }

    private HeartRates? Beats(JsonElement part)
    {
        if (!part.TryGetProperty("heart_rate", out var heart) || heart.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        int? Of(string name) => Stroke.Beats(Stroke.Scale(Number(heart, name, $"heart_rate.{name}"), 1));
        return HeartRates.Clean(
            new HeartRates(Of("average"), Of("min"), Of("max"), Of("ending"), Of("rest"), Of("recovery"))
        );
    }

    private List<Measures>? Parts(string name, bool rest)
    {
        if (
            !json.TryGetProperty("workout", out var workout)
            || workout.ValueKind != JsonValueKind.Object
            || !workout.TryGetProperty(name, out var list)
            || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() is 0 or > 1000
        )
        {
            return null;
        }

        var parts = new List<Measures>();
        foreach (var part in list.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object)
            {
                faults.Add($"workout.{name}", "Objects are expected.");
                return null;
            }

            var path = $"workout.{name}.{parts.Count}";
            parts.Add(
                new Measures(
                    Number(part, "distance", $"{path}.distance"),
                    Number(part, "time", $"{path}.time") / 10,
                    rest ? Number(part, "rest_time", $"{path}.rest_time") / 10 : null,
                    rest ? Number(part, "rest_distance", $"{path}.rest_distance") : null,
                    StrokeRate: Rate(part),
                    Calories: Stroke.Scale(Number(part, "calories_total", $"{path}.calories_total"), 1),
                    WattMinutes: Stroke.Scale(Number(part, "wattminutes_total", $"{path}.wattminutes_total"), 1),
                    HeartRate: Beats(part),
                    Type: TypeOf(part),
                    Machine: part.TryGetProperty("machine", out var machine)
                    && machine.ValueKind == JsonValueKind.String
                        ? LogbookWords.MachineOf(machine.GetString()!)
                        : null
                )
            );
        }

        return parts;
    }

    private static IntervalType? TypeOf(JsonElement part) =>
        part.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString() switch
            {
                "time" => IntervalType.Time,
                "distance" => IntervalType.Distance,
                "calorie" => IntervalType.Calorie,
                "wattminute" => IntervalType.Wattminute,
                _ => null,
            }
            : null;

    private List<Stroke> Strokes(Machine machine)
    {
        var strokes = new List<Stroke>();
        if (!json.TryGetProperty("stroke_data", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return strokes;
        }

        if (list.GetArrayLength() > MostStrokes)
        {
            faults.Add("stroke_data", $"At most {MostStrokes} strokes are taken.");
            return strokes;
        }

        foreach (var sent in list.EnumerateArray())
        {
            var path = $"stroke_data.{strokes.Count}";
            if (sent.ValueKind != JsonValueKind.Object || Number(sent, "t", $"{path}.t") is not { } t || t > 6_048_000)
            {
                faults.Add($"{path}.t", "The time in tenths of a second is needed.");
                return strokes;
            }

            strokes.Add(
                new Stroke
                {
                    Time = (int)Math.Round(t * 100),
                    // Decimetres.
                    Distance = Stroke.Scale(Number(sent, "d", $"{path}.d"), 10),
                    Pace = Stroke.Some(
                        Stroke.Scale(Number(sent, "p", $"{path}.p"), 100d * 500 / LogbookWords.PaceMetres(machine))
                    ),
                    Rate = Number(sent, "spm", $"{path}.spm") is > 0 and <= 255 and var rate
                        ? Stroke.Scale(rate, 10)
                        : null,
                    HeartRate = Stroke.Beats(Stroke.Scale(Number(sent, "hr", $"{path}.hr"), 1)),
                }
            );
        }

        return strokes;
    }

    /// <summary>Time and distance start again at each interval: they are put behind one another, with the rests in between.</summary>
    private static void Locate(List<Stroke> strokes, List<Measures>? intervals)
    {
        if (intervals is null)
        {
            return;
        }

        var (index, time, distance, last) = (0, 0d, 0d, -1);
        for (var i = 0; i < strokes.Count; i++)
        {
            var stroke = strokes[i];
            if (stroke.Time < last && index < intervals.Count - 1)
            {
                var before = intervals[index++];
                time += ((before.Time ?? 0) + (before.RestTime ?? 0)) * 1000;
                distance += ((before.Distance ?? 0) + (before.RestDistance ?? 0)) * 100;
            }

            last = stroke.Time;
            var isRest = intervals[index].Time is { } work && stroke.Time > (work * 1000) + 50;
            strokes[i] = stroke with
            {
                Time = (int)Math.Min(stroke.Time + time, int.MaxValue),
                Distance = stroke.Distance is { } metres ? (int)Math.Min(metres + distance, int.MaxValue) : null,
                Interval = index,
                Rest = isRest ? 1 : null,
            };
        }
    }
}
