using System.Globalization;

namespace Sillage.Rowing.Records;

/// <summary>What rowers call a workout: <c>2000m</c>, <c>30:00</c>, <c>8x500m/1:00r</c>.</summary>
internal static class Recognition
{
    /// <summary>The name; null where there is nothing to tell it by.</summary>
    public static string? NameOf(Detail detail) =>
        detail.Intervals is { Count: > 0 } intervals ? OfIntervals(intervals) : OfPiece(detail);

    private static string? OfPiece(Detail detail)
    {
        var (distance, time) = (
            detail.Totals.Distance ?? detail.Derived.Distance,
            detail.Totals.Time ?? detail.Derived.Time
        );
        return detail.Type switch
        {
            WorkoutType.FixedTimeSplits when time is { } seconds => Clock(seconds),
            WorkoutType.FixedCalorie when detail.Totals.Calories is { } calories => $"{calories}cal",
            WorkoutType.FixedWattMinute when detail.Totals.WattMinutes is { } wattMinutes => $"{wattMinutes}wm",
            // Nobody stops at a whole number of minutes by accident.
            WorkoutType.Unknown when time is >= 60 and var whole && Math.Abs(whole % 60) < 0.05 => Clock(whole),
            _ => distance is { } metres ? Metres(metres)
            : time is { } only ? Clock(only)
            : null,
        };
    }

    private static string? OfIntervals(IReadOnlyList<Measures> intervals)
    {
        var lengths =
            Alike(intervals, i => i.Type is IntervalType.Calorie ? i.Calories : null, 0) is { } calories
                ? $"{calories:0}cal"
            : Alike(intervals, i => i.Type is IntervalType.Wattminute ? i.WattMinutes : null, 0) is { } work
                ? $"{work:0}wm"
            : Alike(intervals, i => i.Type is IntervalType.Time ? i.Time : null, 0.5) is { } timed ? Clock(timed)
            : Alike(intervals, i => i.Type is IntervalType.Time ? null : i.Distance, 0.5) is { } exact ? Metres(exact)
            : Alike(intervals, i => i.Time, 0.5) is { } seconds ? Clock(seconds)
            : Alike(intervals, i => Nearly(i.Distance), 0) is { } metres ? Metres(metres)
            : null;
        if (lengths is null)
        {
            var first = intervals[0];
            var begins =
                first.Type is IntervalType.Time && first.Time is { } time ? Clock(time)
                : first.Distance is { } distance ? Metres(distance)
                : "";
            return begins.Length == 0 ? null : $"v{begins}{Rest(first.RestTime)}...{intervals.Count}";
        }

        // Behind the last one nobody needs to wait.
        var rest = Alike([.. intervals.Take(Math.Max(intervals.Count - 1, 1))], i => i.RestTime ?? 0, 5);
        return $"{intervals.Count}x{lengths}{(rest is { } pause ? Rest(pause) : "/...r")}";
    }

    private static double? Alike(IReadOnlyList<Measures> intervals, Func<Measures, double?> of, double within)
    {
        var values = intervals.Select(of).ToList();
        return values.All(v => v is not null) && values.Max() - values.Min() <= within ? values[0] : null;
    }

    // On the water nobody rows 250.00 m.
    private static double? Nearly(double? metres) =>
        metres is { } exact
        && Math.Round(exact / 50) * 50 is > 0 and var round
        && Math.Abs(exact - round) <= exact * 0.01
            ? round
            : null;

    private static string Rest(double? seconds) =>
        seconds is > 0 ? $"/{Clock(Math.Round(seconds.Value / 5) * 5)}r" : "";

    private static string Metres(double metres) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Round(metres)}m");

    public static string Clock(double seconds)
    {
        var whole = (long)Math.Round(seconds);
        var (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
        return hours > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{hours}:{minutes:00}:{rest:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes}:{rest:00}");
    }
}
