using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Merging;

/// <summary>A stroke with where it, and its heart rate, came from.</summary>
internal readonly record struct SourcedStroke(Stroke Stroke, Guid Source, Guid? HeartRateSource);

/// <summary>The strokes of a session out of all its records: those of the richest, filled where it has none.</summary>
internal static class Combined
{
    private const int NearHeart = 3000;
    private const int Gap = 10_000;

    public static async Task<List<SourcedStroke>> ReadAsync(IReader reader, WorkoutRow row, CancellationToken ct)
    {
        var own = await WorkoutStore.ReadStrokesAsync(reader, row.Number, ct);
        var all = own.ConvertAll(stroke => new SourcedStroke(stroke, row.Id, null));
        foreach (var copy in await SourceList.ReadAsync(reader, row.Id, ct))
        {
            var strokes = await WorkoutStore.ReadStrokesAsync(reader, copy.Number, ct);
            var shift = (int)Math.Round((copy.StartedAt - row.StartedAt).TotalMilliseconds);
            Add(all, strokes.ConvertAll(s => s with { Time = Math.Max(s.Time + shift, 0) }), copy.Workout);
        }

        return all;
    }

    /// <summary>Adds what another record knows: hearts that beat at the same time, strokes where there are none.</summary>
    public static void Add(List<SourcedStroke> all, List<Stroke> other, Guid source)
    {
        if (other.Count == 0)
        {
            return;
        }

        other.Sort((a, b) => a.Time.CompareTo(b.Time));
        var times = other.ConvertAll(stroke => stroke.Time);
        for (var i = 0; i < all.Count; i++)
        {
            if (
                all[i].Stroke.HeartRate is null
                && Nearest(other, times, all[i].Stroke.Time) is { HeartRate: { } heart } near
                && Math.Abs(near.Time - all[i].Stroke.Time) <= NearHeart
            )
            {
                all[i] = all[i] with { Stroke = all[i].Stroke with { HeartRate = heart }, HeartRateSource = source };
            }
        }

        var known = all.ConvertAll(stroke => stroke.Stroke.Time);
        known.Sort();
        all.AddRange(
            other
                .Where(stroke => !IsNear(known, stroke.Time))
                .Select(stroke => new SourcedStroke(stroke, source, null))
                .ToList()
        );
        // Where nothing was added the order is that in which they came.
        if (all.Count > known.Count)
        {
            var sorted = all.OrderBy(stroke => stroke.Stroke.Time).ToList();
            all.Clear();
            all.AddRange(sorted);
        }
    }

    private static Stroke Nearest(List<Stroke> strokes, List<int> times, int time)
    {
        var at = times.BinarySearch(time);
        at = at < 0 ? ~at : at;
        if (at == strokes.Count || (at > 0 && time - times[at - 1] <= times[at] - time))
        {
            at--;
        }

        return strokes[at];
    }

    private static bool IsNear(List<int> times, int time)
    {
        var at = times.BinarySearch(time);
        at = at < 0 ? ~at : at;
        return (at < times.Count && times[at] - time <= Gap) || (at > 0 && time - times[at - 1] <= Gap);
    }
}
