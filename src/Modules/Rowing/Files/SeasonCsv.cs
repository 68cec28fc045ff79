using System.Globalization;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Files;

/// <summary>Reads a season as the Concept2 Logbook exports it: a row a workout, dated by its end in local time.</summary>
internal static class SeasonCsv
{
    private static readonly string[] Dates = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"];

    public static FileContent Read(CsvTable table, FileHints hints)
    {
        var findings = new Findings();
        var workouts = new List<WorkoutDraft>();
        if (hints.TimeZone is null)
        {
            findings.Add(
                "zone-not-known",
                "Dates are local, and nobody said where: taken for UTC. Send the file with 'timeZone'."
            );
        }

        foreach (var row in table.Rows)
        {
            if (ReadRow(table, row, hints, findings) is { } workout)
            {
                workouts.Add(workout);
            }
            else
            {
                findings.Add("row-not-valid", "A row without a date, a time or a distance is left out.");
            }
        }

        return workouts.Count == 0
            ? new FileContent("concept2-season", [], findings.ToList(), "There is no workout in it.")
            : new FileContent("concept2-season", workouts, findings.ToList());
    }

    private static WorkoutDraft? ReadRow(CsvTable table, string[] row, FileHints hints, Findings findings)
    {
        double? Number(string name, double most) =>
            CsvTable.Number(row, table.Column(name), findings) is >= 0 and var number && number <= most ? number : null;
        string Text(params ReadOnlySpan<string> names) => CsvTable.Cell(row, table.Column(names));
        var time =
            Number("Work Time (Seconds)", 604_800) ?? CsvTable.Seconds(Text("Work Time (Formatted)", "Work Time"));
        var distance = Number("Work Distance", 10_000_000);
        if (
            time is null
            || distance is null
            || !DateTime.TryParseExact(
                Text("Date"),
                Dates,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var date
            )
            || date.Year is < 1970 or > 2199
        )
        {
            return null;
        }

        var rest =
            Number("Rest Time (Seconds)", 604_800) ?? CsvTable.Seconds(Text("Rest Time (Formatted)", "Rest Time"));
        var end = LocalTimes.ToUtc(date, hints.TimeZone);
        var heart = Stroke.Beats(Stroke.Scale(Number("Avg Heart Rate", 1000), 1));
        var comments = Text("Comments");
        return new WorkoutDraft(
            hints.Account,
            MachineOf(Text("Type"), hints, findings),
            Source.Csv,
            end.AddSeconds(-(time.Value + (rest ?? 0)))
        )
        {
            End = end,
            TimeZone = hints.TimeZone,
            Type = TypeOf(Text("Description")),
            Totals = new Measures(
                distance,
                time,
                rest is > 0 ? rest : null,
                Number("Rest Distance", 10_000_000) is > 0 and var restDistance ? restDistance : null,
                Stroke.Some(Stroke.Scale(Number("Stroke Count", 1_000_000), 1)),
                Number("Stroke Rate/Cadence", 254),
                Number("Avg Watts", 10_000) is > 0 and var watts ? watts : null,
                Stroke.Some(Stroke.Scale(Number("Total Cal", 100_000), 1)),
                DragFactor: Stroke.Some(Stroke.Scale(Number("Drag Factor", 1000), 1)),
                HeartRate: heart is null ? null : new HeartRates(heart)
            ),
            WeightClass = Text("Weight") switch
            {
                "Hwt" or "H" or "Heavyweight" => WeightClass.H,
                "Lwt" or "L" or "Lightweight" => WeightClass.L,
                _ => null,
            },
            Comments = comments.Length == 0 ? null : Beginning.Of(comments, 10_000),
        };
    }

    private static Machine MachineOf(string type, FileHints hints, Findings findings)
    {
        var word = type.Replace("Erg", "", StringComparison.Ordinal).ToUpperInvariant();
        switch (word)
        {
            case "" when hints.Machine is { } said:
                return said;
            case "ROW" or "INDOORROWER" or "ROWER":
                return Machine.Rower;
            case "SKI" or "SKIERG":
                return Machine.Skierg;
            case "BIKE" or "BIKEERG":
                return Machine.Bike;
            case "WATER" or "ON-WATER" or "ROWONWATER":
                return Machine.Water;
            case "MULTI":
                return Machine.Multierg;
        }

        if (
            Enum.GetValues<Machine>()
                .FirstOrDefault(m => string.Equals(m.ToString(), word, StringComparison.OrdinalIgnoreCase))
            is not Machine.Rower
                and var known
        )
        {
            return known;
        }

        findings.Add("machine-not-known", $"The type is '{XmlPoints.Cut(type)}'; taken for a rowing machine.");
        return hints.Machine ?? Machine.Rower;
    }

    // "2000m row", "30:00 row", "v500m/1:00r...9 row"
    private static WorkoutType TypeOf(string description) =>
        description.StartsWith('v') ? WorkoutType.VariableInterval
        : description.Contains('x', StringComparison.Ordinal) && description.Contains('/', StringComparison.Ordinal)
            ? description.Contains('m', StringComparison.Ordinal) ? WorkoutType.FixedDistanceInterval
                : WorkoutType.FixedTimeInterval
        : description.Contains(':', StringComparison.Ordinal) ? WorkoutType.FixedTimeSplits
        : description.Contains("m ", StringComparison.Ordinal) ? WorkoutType.FixedDistanceSplits
        : WorkoutType.Unknown;
}
