using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Export;

/// <summary>Strokes with time and distance since their interval began, as the Logbook has them.</summary>
internal static class IntervalTimes
{
    public static IEnumerable<(Stroke Stroke, int Milliseconds, int Centimetres)> Of(
        WorkoutRow row,
        IReadOnlyList<Stroke> strokes
    )
    {
        var starts = Starts(row.ReadDetail().Intervals, strokes);
        foreach (var stroke in strokes)
        {
            var (time, distance) = stroke.Interval is { } i && i < starts.Count ? starts[i] : (0, 0);
            yield return (stroke, Math.Max(stroke.Time - time, 0), Math.Max((stroke.Distance ?? 0) - distance, 0));
        }
    }

    /// <summary>When and where each interval begins: as the monitor says it, or else with the last stroke of the one before.</summary>
    private static List<(int Time, int Distance)> Starts(
        IReadOnlyList<Measures>? intervals,
        IReadOnlyList<Stroke> strokes
    )
    {
        var starts = new List<(int Time, int Distance)> { (0, 0) };
        var isSaid = intervals?.All(i => i is { Time: not null, Distance: not null }) is true;
        var last = strokes.Count == 0 ? 0 : strokes.Max(stroke => stroke.Interval ?? 0);
        for (var i = 0; i < last; i++)
        {
            var (time, distance) = starts[i];
            if (isSaid && i < intervals!.Count)
            {
                time += (int)Math.Round((intervals[i].Time!.Value + (intervals[i].RestTime ?? 0)) * 1000);
                distance += (int)Math.Round((intervals[i].Distance!.Value + (intervals[i].RestDistance ?? 0)) * 100);
            }
            else
            {
                foreach (var stroke in strokes)
                {
                    if (stroke.Interval == i)
                    {
                        (time, distance) = (stroke.Time, stroke.Distance ?? distance);
                    }
                }
            }

            starts.Add((time, distance));
        }

        return starts;
    }
}
