using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Files;

/// <summary>
/// Reads the strokes of one result, as the Concept2 Logbook and ErgData write them. Time and distance start again at each interval;
/// neither says when it was rowed.
/// </summary>
internal static class StrokeCsv
{
    public static FileContent Read(CsvTable table, FileHints hints)
    {
        var findings = new Findings();
        // The Logbook has watts, ErgData has none.
        var form = table.Column("Watts") >= 0 ? "concept2-result" : "ergdata";
        var columns = new
        {
            Time = table.Column("Time (seconds)"),
            Distance = table.Column("Distance (meters)"),
            Pace = table.Column("Pace (seconds)", "Pace (seconds per 500m", "Pace (seconds per 500m)"),
            Watts = table.Column("Watts"),
            Rate = table.Column("Stroke Rate", "Stroke Rate/Cadence"),
            Heart = table.Column("Heart Rate"),
        };
        var machine = hints.Machine ?? Machine.Rower;
        var strokes = new List<Stroke>();
        var (timeBefore, metresBefore, time, metres, interval) = (0d, 0d, 0d, 0d, 0);
        foreach (var row in table.Rows)
        {
            if (
                CsvTable.Number(row, columns.Time, findings) is not { } t
                || t is < 0 or > 604_800
                || CsvTable.Number(row, columns.Distance, findings) is not { } d
                || d is < 0 or > 10_000_000
            )
            {
                findings.Add("row-not-valid", "A row without a time or a distance is left out.");
                continue;
            }

            if (strokes.Count > 0 && t < time && d < metres)
            {
                (timeBefore, metresBefore, interval) = (timeBefore + time, metresBefore + metres, interval + 1);
            }

            (time, metres) = (t, d);
            if (timeBefore + t > 604_800)
            {
                findings.Add("time-jumps", "A row days after the first one is left out.");
                continue;
            }

            // A pace of the bike is for 1000 m.
            var pace = CsvTable.Number(row, columns.Pace, findings) / (machine == Machine.Bike ? 2 : 1);
            strokes.Add(
                new Stroke
                {
                    Time = Stroke.Scale(timeBefore + t, 1000)!.Value,
                    Distance = Stroke.Scale(metresBefore + d, 100),
                    Pace = Stroke.Some(Stroke.Scale(pace, 1000)),
                    Power = Stroke.Some(Stroke.Scale(CsvTable.Number(row, columns.Watts, findings), 10)),
                    Rate = Stroke.Some(Stroke.Scale(CsvTable.Number(row, columns.Rate, findings), 10)),
                    HeartRate = Stroke.Beats(Stroke.Scale(CsvTable.Number(row, columns.Heart, findings), 1)),
                    Interval = interval,
                }
            );
        }

        if (strokes.Count == 0)
        {
            return new FileContent(form, [], findings.ToList(), "There is no row with a time and a distance in it.");
        }

        if (interval == 0)
        {
            strokes = [.. strokes.Select(stroke => stroke with { Interval = null })];
        }

        return new FileContent(form, [Make(strokes, machine, hints, findings)], findings.ToList());
    }

    private static WorkoutDraft Make(List<Stroke> strokes, Machine machine, FileHints hints, Findings findings)
    {
        var start = hints.Start;
        if (start is null)
        {
            findings.Add(
                "start-not-known",
                "The file does not say when it was rowed, and nobody else did: it ended when it was sent. Send it with 'start'."
            );
            start = hints.UploadedAt.AddMilliseconds(-strokes[^1].Time);
        }

        return new WorkoutDraft(hints.Account, machine, Source.Csv, start.Value)
        {
            TimeZone = hints.TimeZone,
            Strokes = strokes,
        };
    }
}
