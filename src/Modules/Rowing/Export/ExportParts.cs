using Sillage.Rowing.Records;

namespace Sillage.Rowing.Export;

/// <summary>A lap of an export: work or the rest behind it.</summary>
internal sealed record ExportLap(double Start, double Seconds, double Metres, bool IsRest, Measures Measures);

/// <summary>The laps of a workout on its own time line: intervals with their rests, splits, or the whole.</summary>
internal static class ExportParts
{
    public static IReadOnlyList<ExportLap> Of(WorkoutRow row)
    {
        var detail = row.ReadDetail();
        var laps = new List<ExportLap>();
        var at = 0d;
        foreach (var part in detail.Intervals ?? detail.Splits ?? [])
        {
            var seconds = part.Time ?? 0;
            laps.Add(new ExportLap(at, seconds, part.Distance ?? 0, false, part));
            at += seconds;
            if (part.RestTime is > 0 and var rest)
            {
                laps.Add(new ExportLap(at, rest, part.RestDistance ?? 0, true, new Measures()));
                at += rest;
            }
        }

        if (laps.Count == 0)
        {
            laps.Add(new ExportLap(0, (row.Duration ?? 0) / 1000d, (row.Distance ?? 0) / 100d, false, detail.Totals));
        }

        return laps;
    }
}
