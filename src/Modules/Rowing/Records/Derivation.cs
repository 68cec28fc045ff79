using System.Runtime.InteropServices;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Records;

/// <summary>What follows from the strokes of a session, and what is odd about them.</summary>
internal static class Derivation
{
    // A monitor's tenths and a phone's clock do not end an interval at the same moment.
    private const int Tolerance = 100;
    private const int Jump = 600_000;

    /// <summary>
    /// Says of each stroke to which interval it belongs and whether it was rowed in its rest, where that was not said: a stroke of
    /// work comes no later than its interval's time.
    /// </summary>
    public static void Place(List<Stroke> strokes, IReadOnlyList<Measures>? intervals)
    {
        if (intervals is not { Count: > 0 } || intervals.Any(interval => interval.Time is null))
        {
            return;
        }

        var starts = new double[intervals.Count + 1];
        // Up to the latest: what somebody sends may go back in time, and what is searched does not.
        var reached = new double[intervals.Count];
        for (var i = 0; i < intervals.Count; i++)
        {
            starts[i + 1] = starts[i] + ((intervals[i].Time!.Value + (intervals[i].RestTime ?? 0)) * 1000);
            reached[i] = Math.Max(starts[i + 1], i > 0 ? reached[i - 1] : double.MinValue);
        }

        foreach (ref var stroke in CollectionsMarshal.AsSpan(strokes))
        {
            if (stroke.Interval is not null)
            {
                continue;
            }

            var at = Math.Min(FirstFrom(reached, stroke.Time), intervals.Count - 1);
            stroke.Interval = at;
            if (stroke.Time > starts[at] + (intervals[at].Time!.Value * 1000) + Tolerance)
            {
                stroke.Rest = 1;
            }
        }
    }

    /// <summary>Where a row that does not go back is first at a value or beyond.</summary>
    private static int FirstFrom(double[] row, double value)
    {
        var (from, to) = (0, row.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = row[middle] < value ? (middle + 1, to) : (from, middle);
        }

        return from;
    }

    /// <summary>
    /// The strokes of work that go on from one another: what came twice, too early, or went back is left out. Where no stroke is kept of a rest, the first one behind it has
    /// its own length and not that of the rest.
    /// </summary>
    public static IEnumerable<(Stroke Stroke, int Seconds1000, int Centimetres)> Work(IReadOnlyList<Stroke> strokes)
    {
        var (time, distance, interval) = (0, 0, strokes.Count > 0 ? strokes[0].Interval : null);
        var isFirst = true;
        foreach (var stroke in strokes)
        {
            var isDoubled = !isFirst && stroke.Time == time && (stroke.Distance ?? distance) == distance;
            if (isDoubled || stroke.Time < time || stroke.Distance < distance)
            {
                continue;
            }

            isFirst = false;
            var (length, way) = (stroke.Time - time, (stroke.Distance ?? distance) - distance);
            if (stroke.Interval != interval && stroke.Rate is > 0 and var rate && length > 600_000 / rate)
            {
                // Tenths of a stroke a minute.
                length = 600_000 / rate;
                way = stroke.Pace is > 0 and var pace ? Math.Min(way, (int)(length * 50_000L / pace)) : way;
            }

            (time, distance, interval) = (stroke.Time, stroke.Distance ?? distance, stroke.Interval);
            if (!stroke.IsRest)
            {
                yield return (stroke, length, way);
            }
        }
    }

    /// <summary>What the monitor did not say and the strokes do.</summary>
    public static Derived Of(
        Machine machine,
        Measures totals,
        IReadOnlyList<Measures>? parts,
        IReadOnlyList<Stroke> strokes
    )
    {
        var (count, milliseconds, centimetres, beats, beating) = (0, 0L, 0L, 0L, 0);
        foreach (var (stroke, time, distance) in Work(strokes))
        {
            count++;
            milliseconds += time;
            centimetres += distance;
            if (stroke.HeartRate is { } heart)
            {
                beats += heart;
                beating++;
            }
        }

        // The parts of the monitor go before the strokes, as they are the monitor's.
        double? Sum(Func<Measures, double?> of) =>
            parts is { Count: > 0 } && parts.All(part => of(part) is not null) ? parts.Sum(of) : null;
        var ofStrokes = count > 0 && strokes.Any(stroke => stroke.Distance is not null);
        double? derivedDistance = totals.Distance is not null
            ? null
            : Sum(part => part.Distance) ?? (ofStrokes ? centimetres / 100d : null);
        double? derivedTime = totals.Time is not null
            ? null
            : Sum(part => part.Time) ?? (count > 0 ? milliseconds / 1000d : null);
        var (metres, seconds) = (totals.Distance ?? derivedDistance, totals.Time ?? derivedTime);
        var pace = metres is { } m && seconds is { } s ? Formulas.Pace(m, s) : null;
        var strokesMade = totals.StrokeCount ?? (count > 0 ? count : null);
        return new Derived(
            derivedDistance,
            derivedTime,
            pace is { } exact ? Formulas.Shown(exact) : null,
            HasPower(machine) && Formulas.Watts(pace) is { } watts && watts < 10_000 ? Math.Round(watts) : null,
            totals.StrokeCount is null && count > 0 ? count : null,
            strokesMade > 0 && seconds > 0 ? Math.Round(strokesMade.Value * 60 / seconds.Value, 1) : null,
            strokesMade > 0 && metres > 0 ? Math.Round(metres.Value / strokesMade.Value, 2) : null,
            totals.HeartRate?.Average is null && beating > 0 ? (int)Math.Round((double)beats / beating) : null
        );
    }

    /// <summary>What is odd about the strokes, each with what was done about it.</summary>
    public static IEnumerable<Finding> Look(IReadOnlyList<Stroke> strokes)
    {
        var (early, doubled, shrunk, jumps) = (0, 0, 0, 0);
        var (time, distance) = (0, 0);
        for (var i = 0; i < strokes.Count; i++)
        {
            var now = strokes[i];
            early += now.Time < time ? 1 : 0;
            doubled += i > 0 && now.Time == strokes[i - 1].Time && now.Distance == strokes[i - 1].Distance ? 1 : 0;
            shrunk += now.Time >= time && now.Distance < distance ? 1 : 0;
            jumps += now.Time - time > Jump ? 1 : 0;
            (time, distance) = (Math.Max(time, now.Time), Math.Max(distance, now.Distance ?? 0));
        }

        if (early > 0)
        {
            yield return new(
                "strokes-out-of-order",
                early,
                "Kept as they came; sums leave out what goes back in time."
            );
        }

        if (doubled > 0)
        {
            yield return new("strokes-doubled", doubled, "Kept; they add neither time nor distance.");
        }

        if (shrunk > 0)
        {
            yield return new("distance-shrinks", shrunk, "Kept; sums leave out what lies behind the stroke before.");
        }

        if (jumps > 0)
        {
            yield return new("time-jumps", jumps, "More than ten minutes between two strokes.");
        }
    }

    /// <summary>Whether watts follow from the pace: on machines with a flywheel of the known kind.</summary>
    public static bool HasPower(Machine machine) =>
        machine is Machine.Rower or Machine.Skierg or Machine.Dynamic or Machine.Slides;
}
