using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Merging;

/// <summary>How much a record of a session says: of two the richer one stays.</summary>
internal static class Richness
{
    public static int Of(WorkoutRow row, IReadOnlyList<Stroke> strokes)
    {
        var detail = row.ReadDetail();
        var points = strokes.Count > 0 ? 8 : 0;
        points += detail.Intervals is not null || detail.Splits is not null ? 4 : 0;
        points += strokes.Any(stroke => stroke.Power is not null) ? 4 : 0;
        points += strokes.Any(stroke => stroke.HeartRate is not null) ? 2 : 0;
        points += strokes.Any(stroke => stroke.DriveTime is not null || stroke.DriveLength is not null) ? 2 : 0;
        points += strokes.Any(stroke => stroke.ForceCurve is not null) ? 2 : 0;
        points += detail.Totals.StrokeCount is not null ? 1 : 0;
        points += detail.Totals.Calories is not null ? 1 : 0;
        points += detail.Totals.DragFactor is not null ? 1 : 0;
        return points;
    }
}
