using Sillage.Rowing.Fit;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Export;

/// <summary>A workout as a FIT file.</summary>
internal static class FitExport
{
    private const ushort FileId = 0;
    private const ushort Session = 18;
    private const ushort Lap = 19;
    private const ushort Record = 20;
    private const ushort Event = 21;
    private const ushort Activity = 34;
    private const byte Timestamp = 253;
    private const byte Index = 254;

    // The manufacturer of those that have no number.
    private const long Development = 255;

    public static byte[] Write(WorkoutRow row, IReadOnlyList<Stroke> strokes)
    {
        var writer = new FitWriter();
        var start = row.StartedAt.ToUnixTimeSeconds() - FitDecoder.Epoch;
        var end = (row.EndedAt ?? row.StartedAt).ToUnixTimeSeconds() - FitDecoder.Epoch;
        writer.Write(
            FileId,
            new(0, FitType.Enum, 4),
            new(1, FitType.UInt16, Development),
            new(2, FitType.UInt16, 0),
            new(3, FitType.UInt32Z, row.Number & uint.MaxValue),
            new(4, FitType.UInt32, start)
        );
        writer.Write(Event, new(Timestamp, FitType.UInt32, start), new(0, FitType.Enum, 0), new(1, FitType.Enum, 0));
        foreach (var stroke in strokes)
        {
            Write(writer, start, stroke);
        }

        writer.Write(Event, new(Timestamp, FitType.UInt32, end), new(0, FitType.Enum, 0), new(1, FitType.Enum, 4));
        var laps = ExportParts.Of(row);
        for (var i = 0; i < laps.Count; i++)
        {
            Write(writer, row, start, laps[i], i);
        }

        Write(writer, row, start, end, laps);
        writer.Write(
            Activity,
            new(Timestamp, FitType.UInt32, end),
            new(0, FitType.UInt32, row.Duration),
            new(1, FitType.UInt16, 1),
            new(2, FitType.Enum, 0),
            new(3, FitType.Enum, 26),
            new(4, FitType.Enum, 1)
        );
        return writer.ToArray();
    }

    private static void Write(FitWriter writer, long start, in Stroke stroke) =>
        writer.Write(
            Record,
            new(Timestamp, FitType.UInt32, start + (stroke.Time / 1000)),
            new(0, FitType.Int32, Semicircles(stroke.Latitude)),
            new(1, FitType.Int32, Semicircles(stroke.Longitude)),
            new(5, FitType.UInt32, stroke.Distance),
            new(3, FitType.Byte8, stroke.HeartRate),
            new(4, FitType.Byte8, stroke.Rate is { } rate ? (rate + 5) / 10 : null),
            new(7, FitType.UInt16, stroke.Power is { } power ? (power + 5) / 10 : null),
            new(73, FitType.UInt32, stroke.Pace is > 0 and var pace ? (long)Math.Round(500_000_000d / pace) : null)
        );

    private static void Write(FitWriter writer, WorkoutRow row, long start, ExportLap lap, int index)
    {
        var (sport, subSport) = SportOf(row);
        writer.Write(
            Lap,
            new(Index, FitType.UInt16, index),
            new(Timestamp, FitType.UInt32, start + (long)Math.Round(lap.Start + lap.Seconds)),
            new(2, FitType.UInt32, start + (long)Math.Round(lap.Start)),
            new(7, FitType.UInt32, (long)Math.Round(lap.Seconds * 1000)),
            new(8, FitType.UInt32, (long)Math.Round(lap.Seconds * 1000)),
            new(9, FitType.UInt32, (long)Math.Round(lap.Metres * 100)),
            new(10, FitType.UInt32, lap.Measures.StrokeCount),
            new(11, FitType.UInt16, lap.Measures.Calories),
            new(15, FitType.Byte8, lap.Measures.HeartRate?.Average),
            new(16, FitType.Byte8, lap.Measures.HeartRate?.Maximum),
            new(17, FitType.Byte8, (long?)lap.Measures.StrokeRate),
            new(19, FitType.UInt16, (long?)lap.Measures.Power),
            new(23, FitType.Enum, lap.IsRest ? 1 : 0),
            new(25, FitType.Enum, sport),
            new(39, FitType.Enum, subSport),
            new(0, FitType.Enum, 9),
            new(1, FitType.Enum, 1)
        );
    }

    private static void Write(FitWriter writer, WorkoutRow row, long start, long end, IReadOnlyList<ExportLap> laps)
    {
        var detail = row.ReadDetail();
        var (sport, subSport) = SportOf(row);
        var rest = laps.Where(lap => lap.IsRest).Sum(lap => lap.Seconds);
        writer.Write(
            Session,
            new(Index, FitType.UInt16, 0),
            new(Timestamp, FitType.UInt32, end),
            new(2, FitType.UInt32, start),
            new(5, FitType.Enum, sport),
            new(6, FitType.Enum, subSport),
            new(7, FitType.UInt32, row.Duration is { } elapsed ? elapsed + (long)Math.Round(rest * 1000) : null),
            new(8, FitType.UInt32, row.Duration),
            new(9, FitType.UInt32, row.Distance),
            new(10, FitType.UInt32, detail.Totals.StrokeCount),
            new(11, FitType.UInt16, detail.Totals.Calories),
            new(16, FitType.Byte8, detail.Totals.HeartRate?.Average),
            new(17, FitType.Byte8, detail.Totals.HeartRate?.Maximum),
            new(18, FitType.Byte8, (long?)detail.Totals.StrokeRate),
            new(20, FitType.UInt16, (long?)detail.Totals.Power),
            new(25, FitType.UInt16, 0),
            new(26, FitType.UInt16, laps.Count),
            new(0, FitType.Enum, 8),
            new(1, FitType.Enum, 1)
        );
    }

    private static (long Sport, long SubSport) SportOf(WorkoutRow row) =>
        Word.Read<Machine>(row.Machine) switch
        {
            Machine.Bike => (4, 6),
            Machine.Skierg => (12, 0),
            Machine.Snow or Machine.Rollerski => (12, 0),
            Machine.Water => (15, 0),
            Machine.Paddle => (19, 0),
            _ => (4, 14),
        };

    private static long? Semicircles(int? degrees) =>
        degrees is { } value ? (long)Math.Round(value / 1e7 * (Math.Pow(2, 31) / 180)) : null;
}
