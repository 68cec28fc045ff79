using System.Runtime.InteropServices;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Files;

/// <summary>A point of a track.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct TrackPoint(DateTimeOffset Time)
{
    public double? Latitude { get; set; }

    public double? Longitude { get; set; }

    public double? Distance { get; set; }

    public double? HeartRate { get; set; }

    public double? Rate { get; set; }

    public double? Power { get; set; }

    public double? Speed { get; set; }
}

/// <summary>Collects what TCX and GPX say of one session.</summary>
internal sealed class TrackBuilder
{
    private const double EarthRadius = 6_371_008.8;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);
    private const double ShortestRest = 3;

    public string Sport { get; set; } = "";

    public string? Device { get; set; }

    public string? Comments { get; set; }

    public List<(DateTimeOffset Start, Measures Measures, bool IsRest)> Laps { get; } = [];

    public List<TrackPoint> Points { get; } = [];

    public bool IsEmpty => Points.Count == 0 && Laps.Count == 0;

    /// <summary>The session; null if nothing in it has a time.</summary>
    public WorkoutDraft? Make(Source source, FileHints hints, Findings findings)
    {
        if (IsEmpty)
        {
            return null;
        }

        var start = Laps.Count > 0 ? Laps[0].Start : Points[0].Time;
        var strokes = Strokes(start, findings);
        var hasPlaces = strokes.Any(stroke => stroke.Latitude is not null);
        var (intervals, splits) = Parts(findings);
        var only = Laps.Count == 1 ? Laps[0].Measures : null;
        return new WorkoutDraft(hints.Account, MachineOf(hints, hasPlaces, findings), source, start)
        {
            TimeZone = hints.TimeZone,
            Totals = only ?? new Measures(),
            Intervals = intervals,
            Splits = splits,
            Strokes = strokes,
            Comments = Comments is { Length: > 0 } said ? Beginning.Of(said, 10_000) : null,
            Device = Device is { Length: > 0 } name ? new Device(Beginning.Of(name, 200)) : null,
        };
    }

    private (List<Measures>? Intervals, List<Measures>? Splits) Parts(Findings findings)
    {
        if (Laps.Count < 2)
        {
            return (null, null);
        }

        var (parts, hasRest) = (new List<Measures>(), false);
        for (var i = 0; i < Laps.Count; i++)
        {
            var (began, measures, isRest) = Laps[i];
            if (isRest && parts.Count > 0)
            {
                hasRest = true;
                parts[^1] = parts[^1] with
                {
                    RestTime = (parts[^1].RestTime ?? 0) + (measures.Time ?? 0),
                    RestDistance = (parts[^1].RestDistance ?? 0) + (measures.Distance ?? 0),
                };
                continue;
            }

            if (i < Laps.Count - 1 && measures.Time is { } seconds)
            {
                var gap = (Laps[i + 1].Start - began).TotalSeconds - seconds;
                if (gap >= ShortestRest)
                {
                    hasRest = true;
                    measures = measures with { RestTime = Math.Round(gap, 3) };
                }
            }

            parts.Add(measures);
        }

        return !FileRoom.AreKept(parts, findings) ? (null, null)
            : hasRest ? (parts, null)
            : (null, parts);
    }

    private List<Stroke> Strokes(DateTimeOffset start, Findings findings)
    {
        var strokes = new List<Stroke>(Points.Count);
        var (metres, hasDistance) = (0d, Points.Any(point => point.Distance is not null));
        TrackPoint? before = null;
        foreach (var point in Points)
        {
            var time = point.Time - start;
            if (time < -Longest || time > Longest)
            {
                findings.Add("time-jumps", "A point days away from its session is left out.");
                continue;
            }

            if (!hasDistance && point.Latitude is not null)
            {
                metres += before is { } last ? Between(last, point) : 0;
                before = point;
            }

            strokes.Add(
                new Stroke
                {
                    Time = (int)Math.Max(time.TotalMilliseconds, 0),
                    Distance = Stroke.Scale(
                        hasDistance ? point.Distance
                            : point.Latitude is not null ? metres
                            : null,
                        100
                    ),
                    Pace = point.Speed > 0.05 ? Stroke.Some(Stroke.Scale(500 / point.Speed, 1000)) : null,
                    Rate = point.Rate is > 0 and < 255 ? Stroke.Scale(point.Rate, 10) : null,
                    Power = Stroke.Scale(point.Power, 10),
                    HeartRate = Stroke.Beats(Stroke.Scale(point.HeartRate, 1)),
                    Latitude = Stroke.Scale(point.Latitude, 1e7),
                    Longitude = Stroke.Scale(point.Longitude, 1e7),
                }
            );
        }

        // Where nothing measures the power, some write 0 all the way.
        return strokes.All(stroke => stroke.Power is null or 0)
            ? [.. strokes.Select(stroke => stroke with { Power = null })]
            : strokes;
    }

    private Machine MachineOf(FileHints hints, bool hasPlaces, Findings findings)
    {
        if (hints.Machine is { } said)
        {
            return said;
        }

        var sport = Sport.ToUpperInvariant();
        if (sport is "BIKING" or "CYCLING")
        {
            return Machine.Bike;
        }

        // TCX has no word for rowing.
        if (sport is not ("" or "OTHER" or "ROWING" or "INDOOR_ROWING"))
        {
            findings.Add("other-sport", $"The sport is '{XmlPoints.Cut(Sport)}'; taken for rowing.");
        }

        return hasPlaces ? Machine.Water : Machine.Rower;
    }

    private static double Between(TrackPoint from, TrackPoint to)
    {
        var (a, b) = (double.DegreesToRadians(from.Latitude!.Value), double.DegreesToRadians(to.Latitude!.Value));
        var along = double.DegreesToRadians(to.Longitude!.Value - from.Longitude!.Value);
        var h = Math.Pow(Math.Sin((b - a) / 2), 2) + (Math.Cos(a) * Math.Cos(b) * Math.Pow(Math.Sin(along / 2), 2));
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}
