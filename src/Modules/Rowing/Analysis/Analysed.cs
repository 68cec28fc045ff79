using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Analysis;

/// <summary>A part of a session, worked out of its strokes.</summary>
/// <param name="From">Where it begins, metres of work.</param>
/// <param name="Distance">Metres.</param>
/// <param name="Time">Seconds.</param>
/// <param name="Pace">Seconds for 500 m, as a monitor shows it.</param>
/// <param name="Power">Watts.</param>
/// <param name="CaloriesAnHour">Kilocalories an hour, as a monitor shows them.</param>
/// <param name="Calories">Kilocalories.</param>
/// <param name="StrokeRate">Strokes a minute, from their count.</param>
/// <param name="HeartRate">Average beats a minute.</param>
/// <param name="DistancePerStroke">Metres a stroke.</param>
public sealed record SplitResource(
    double From,
    double Distance,
    double Time,
    double? Pace,
    double? Power,
    double? CaloriesAnHour,
    double? Calories,
    double? StrokeRate,
    int? HeartRate,
    double? DistancePerStroke
);

/// <summary>How long the work was in a zone.</summary>
/// <param name="Zone">0 below the first, then from 1 up.</param>
/// <param name="From">Its lower bound.</param>
/// <param name="Time">Seconds.</param>
public sealed record ZoneResource(int Zone, double From, double Time);

/// <summary>What a session's strokes say. All of it is derived.</summary>
/// <param name="Name">What rowers call it, as <c>8x500m/1:00r</c>.</param>
/// <param name="Splits">Parts of the length asked for; the last may be shorter.</param>
/// <param name="HeartRateZones">Five parts of the maximum from its half up; null without a maximum.</param>
/// <param name="PowerZones">Seven parts of the threshold; null without a threshold.</param>
/// <param name="DistancePerStroke">Metres a stroke.</param>
/// <param name="DriveRatio">Recovery by drive, on average; null where no device measured them.</param>
/// <param name="Fade">By how many percent the last quarter was slower than the first; below zero if it was faster.</param>
public sealed record Analysed(
    string? Name,
    IReadOnlyList<SplitResource> Splits,
    IReadOnlyList<ZoneResource>? HeartRateZones,
    IReadOnlyList<ZoneResource>? PowerZones,
    double? DistancePerStroke,
    double? DriveRatio,
    double? Fade
)
{
    private static readonly double[] HeartParts = [0, 0.5, 0.6, 0.7, 0.8, 0.9];
    private static readonly double[] PowerParts = [0, 0.55, 0.75, 0.9, 1.05, 1.2, 1.5];

    // A split of less than this says nothing.
    private const int MostSplits = 2000;

    internal static Analysed Of(
        Machine machine,
        Detail detail,
        IReadOnlyList<Stroke> strokes,
        double? metres,
        double? seconds,
        int? maximum,
        int? threshold
    )
    {
        var line = new WorkLine(strokes);
        var ratios = line
            .All.Where(s => s.Stroke is { DriveTime: > 0, RecoveryTime: > 0 })
            .Select(s => (double)s.Stroke.RecoveryTime!.Value / s.Stroke.DriveTime!.Value)
            .ToList();
        return new Analysed(
            Recognition.NameOf(detail),
            [.. Parts(line, metres, seconds).Select(part => Split(line, machine, part.From, part.To))],
            maximum is { } beats ? Zones(line, s => s.HeartRate, beats, HeartParts) : null,
            threshold is { } watts ? Zones(line, s => PowerOf(machine, s), watts, PowerParts) : null,
            detail.Derived.DistancePerStroke,
            ratios.Count > 0 ? Math.Round(ratios.Average(), 2) : null,
            FadeOf(line)
        );
    }

    private static IEnumerable<(double From, double To)> Parts(WorkLine line, double? metres, double? seconds)
    {
        var whole = line.Seconds;
        if (line.IsEmpty || whole <= 0)
        {
            yield break;
        }

        var begin = 0d;
        for (var i = 1; i <= MostSplits && begin < whole - 0.05; i++)
        {
            var end =
                seconds is { } time ? Math.Min(i * time, whole)
                : i * metres!.Value >= line.Metres ? whole
                : line.TimeAt(i * metres.Value);
            yield return (begin, end);
            begin = end;
        }
    }

    private static SplitResource Split(WorkLine line, Machine machine, double from, double to)
    {
        var (start, end) = (from <= 0 ? 0 : line.DistanceAt(from), line.DistanceAt(to));
        var (metres, seconds) = (end - start, to - from);
        var pace = Formulas.Pace(metres, seconds);
        var watts = Derivation.HasPower(machine) ? Formulas.Watts(pace) : null;
        var strokes = line.Between(from, to).ToList();
        var beats = strokes.Where(s => s.Stroke.HeartRate is not null).Select(s => s.Stroke.HeartRate!.Value).ToList();
        return new SplitResource(
            Math.Round(start, 1),
            Math.Round(metres, 1),
            Math.Round(seconds, 1),
            pace is { } exact ? Formulas.Shown(exact) : null,
            watts is { } power ? Math.Round(power) : null,
            watts is { } anHour ? Formulas.CaloriesAnHour(anHour) : null,
            watts is { } burnt ? Formulas.Calories(burnt, seconds) : null,
            strokes.Count > 0 && seconds > 0 ? Math.Round(strokes.Count * 60 / seconds, 1) : null,
            beats.Count > 0 ? (int)Math.Round(beats.Average()) : null,
            strokes.Count > 0 && metres > 0 ? Math.Round(metres / strokes.Count, 2) : null
        );
    }

    // What the device measured, or else what its pace stands for.
    private static double? PowerOf(Machine machine, Stroke stroke) =>
        stroke.Power is { } tenths ? tenths / 10d
        : Derivation.HasPower(machine) && stroke.Pace is { } pace ? Formulas.Watts(pace / 1000d)
        : null;

    private static IReadOnlyList<ZoneResource> Zones(
        WorkLine line,
        Func<Stroke, double?> of,
        double whole,
        double[] parts
    )
    {
        var times = new double[parts.Length];
        foreach (var (stroke, seconds) in line.All)
        {
            if (of(stroke) is { } value)
            {
                times[Array.FindLastIndex(parts, part => value >= part * whole) is >= 0 and var zone ? zone : 0] +=
                    seconds;
            }
        }

        return
        [
            .. parts.Select(
                (part, zone) => new ZoneResource(zone, Math.Round(part * whole, 1), Math.Round(times[zone], 1))
            ),
        ];
    }

    private static double? FadeOf(WorkLine line)
    {
        var quarter = line.Metres / 4;
        if (quarter < 25)
        {
            return null;
        }

        var (first, last) = (line.TimeAt(quarter), line.Seconds - line.TimeAt(quarter * 3));
        return first > 0 ? Math.Round((last - first) / first * 100, 1) : null;
    }
}
