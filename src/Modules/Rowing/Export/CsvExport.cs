using System.Globalization;
using System.Text;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Export;

/// <summary>The strokes of a workout as the Concept2 Logbook writes them; time and distance start again at each interval.</summary>
internal static class CsvExport
{
    public static byte[] Write(WorkoutRow row, IReadOnlyList<Stroke> strokes)
    {
        var machine = Word.Read<Machine>(row.Machine);
        var text = new StringBuilder(
            "Number,\"Time (seconds)\",\"Distance (meters)\",\"Pace (seconds)\",Watts,Cal/Hr,\"Stroke Rate\",\"Heart Rate\"\n"
        );
        var number = 0;
        foreach (var (stroke, milliseconds, centimetres) in IntervalTimes.Of(row, strokes))
        {
            // A pace of the bike is for 1000 m.
            var pace = stroke.Pace * (machine == Machine.Bike ? 2 : 1);
            var watts =
                stroke.Power is { } tenths ? tenths / 10d
                : Derivation.HasPower(machine) && stroke.Pace is { } known ? Formulas.Watts(known / 1000d)
                : null;
            text.Append(
                    CultureInfo.InvariantCulture,
                    $"{++number},{milliseconds / 1000d:0.0##},{centimetres / 100d:0.0#},"
                )
                .Append(CultureInfo.InvariantCulture, $"{pace / 1000d:0.0##},{watts:0},")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"{(watts is { } burnt ? Formulas.CaloriesAnHour(burnt) : null):0},"
                )
                .Append(CultureInfo.InvariantCulture, $"{stroke.Rate / 10d:0.#},{stroke.HeartRate}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
