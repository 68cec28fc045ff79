using System.Globalization;
using Sillage.Rowing.Records;

namespace Sillage.Rowing.Merging;

/// <summary>Says whether two records are of the same session, and why.</summary>
internal static class Match
{
    private static readonly TimeSpan Starts = TimeSpan.FromMinutes(2);
    private const double Metres = 25;
    private const double Seconds = 15;
    private const double Part = 0.02;

    /// <summary>How far apart two records of a session may begin.</summary>
    public static TimeSpan Reach => Starts;

    /// <summary>The reason in words; null if they are of two sessions.</summary>
    public static string? ReasonOf(WorkoutRow a, WorkoutRow b)
    {
        var apart = (a.StartedAt - b.StartedAt).Duration();
        if (a.AccountId != b.AccountId || apart > Starts || !AreAlike(a, b))
        {
            return null;
        }

        var distance = Nearest(Distances(a), Distances(b));
        var time = Nearest(Times(a), Times(b));
        if (distance is null && time is null)
        {
            return null;
        }

        var isNear =
            (distance is not { } d || Math.Abs(d.A - d.B) <= Math.Max(Metres, Part * Math.Max(d.A, d.B)))
            && (time is not { } t || Math.Abs(t.A - t.B) <= Math.Max(Seconds, Part * Math.Max(t.A, t.B)));
        if (!isNear)
        {
            return null;
        }

        var words = new List<string> { $"started {Number(apart.TotalSeconds)} s apart", $"both on {a.Machine}" };
        if (distance is { } metres)
        {
            words.Add($"{Number(metres.A)} m and {Number(metres.B)} m");
        }

        if (time is { } seconds)
        {
            words.Add($"{Number(seconds.A)} s and {Number(seconds.B)} s");
        }

        return string.Join(", ", words);
    }

    // A watch cannot tell an ergometer on slides from one that stands.
    private static bool AreAlike(WorkoutRow a, WorkoutRow b) =>
        a.Machine == b.Machine || (IsErgometer(a.Machine) && IsErgometer(b.Machine));

    private static bool IsErgometer(string machine) => machine is "rower" or "dynamic" or "slides";

    // One device counts the rest, another does not.
    private static List<double> Distances(WorkoutRow row)
    {
        if (row.Distance is not { } centimetres)
        {
            return [];
        }

        var detail = row.ReadDetail();
        var rest = detail.Totals.RestDistance ?? detail.Intervals?.Sum(i => i.RestDistance ?? 0) ?? 0;
        return rest > 0 ? [centimetres / 100d, (centimetres / 100d) + rest] : [centimetres / 100d];
    }

    private static List<double> Times(WorkoutRow row)
    {
        var times = new List<double>();
        if (row.Duration is { } milliseconds)
        {
            times.Add(milliseconds / 1000d);
        }

        if (row.EndedAt is { } end && end > row.StartedAt)
        {
            times.Add((end - row.StartedAt).TotalSeconds);
        }

        return times;
    }

    private static (double A, double B)? Nearest(List<double> a, List<double> b) =>
        a.Count == 0 || b.Count == 0
            ? null
            : (from x in a from y in b orderby Math.Abs(x - y) select ((double, double)?)(x, y)).First();

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
