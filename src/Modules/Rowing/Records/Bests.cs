using System.Globalization;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Records;

/// <summary>A best over a standard piece.</summary>
/// <param name="Piece">A distance in metres (<c>d2000</c>) or a time in seconds (<c>t1800</c>).</param>
/// <param name="Whole">Whether the whole session was this piece.</param>
/// <param name="Value">The less the better: milliseconds, or centimetres below zero.</param>
internal readonly record struct Best(string Piece, bool Whole, long Value);

/// <summary>The bests of one session over standard distances and times: as a whole, and rolling within it.</summary>
internal static class Bests
{
    /// <summary>Metres.</summary>
    public static readonly int[] Distances = [100, 500, 1000, 2000, 5000, 6000, 10_000, 21_097, 42_195, 100_000];

    /// <summary>Seconds.</summary>
    public static readonly int[] Times = [60, 240, 1800, 3600];

    /// <summary>Further times, for the curve of critical power.</summary>
    public static readonly int[] CurveTimes = [120, 180, 300, 420, 600, 720, 900];

    private const string Insert = """
        INSERT INTO best (workout, account_id, machine, weight_class, piece, whole, value)
        VALUES (@Workout, @AccountId, @Machine, @WeightClass, @Piece, @Whole, @Value)
        """;

    private const string Delete = "DELETE FROM best WHERE workout = @Workout";

    public static async Task StoreAsync(
        IUnitOfWork unit,
        WorkoutRow row,
        IReadOnlyList<Stroke> strokes,
        CancellationToken ct
    )
    {
        var detail = row.ReadDetail();
        await unit.ExecuteAsync(Delete, new { Workout = row.Number }, ct);
        foreach (var best in Whole(detail).Concat(Rolling(strokes)))
        {
            var stored = new
            {
                Workout = row.Number,
                row.AccountId,
                row.Machine,
                WeightClass = detail.WeightClass is { } weight ? Word.Of(weight) : null,
                best.Piece,
                best.Whole,
                best.Value,
            };
            await unit.ExecuteAsync(Insert, stored, ct);
        }
    }

    /// <summary>The whole session, if it was a standard piece without rests.</summary>
    public static IEnumerable<Best> Whole(Detail detail)
    {
        if (
            detail.Intervals is not null
            || detail.Totals is not { Distance: { } metres, Time: { } seconds }
            || seconds <= 0
        )
        {
            yield break;
        }

        foreach (var distance in Distances.Where(d => Math.Abs(metres - d) < 1))
        {
            yield return new Best(NameOf('d', distance), true, (long)Math.Round(seconds * 1000));
        }

        foreach (var time in Times.Where(t => Math.Abs(seconds - t) < 0.1))
        {
            yield return new Best(NameOf('t', time), true, -(long)Math.Round(metres * 100));
        }
    }

    /// <summary>The best stretches of work, wherever they begin; none reaches over a rest.</summary>
    public static IEnumerable<Best> Rolling(IReadOnlyList<Stroke> strokes)
    {
        var best = new Dictionary<string, long>();
        foreach (var stretch in Stretches(strokes))
        {
            foreach (var distance in Distances)
            {
                if (Least(stretch, distance * 100, p => p.Distance, p => p.Time) is { } time)
                {
                    Keep(best, NameOf('d', distance), (long)Math.Ceiling(time));
                }
            }

            foreach (var seconds in Times.Concat(CurveTimes))
            {
                if (Least(stretch, seconds * 1000, p => p.Time, p => -p.Distance) is { } distance)
                {
                    Keep(best, NameOf('t', seconds), (long)Math.Ceiling(distance));
                }
            }
        }

        return best.Select(pair => new Best(pair.Key, false, pair.Value));
    }

    public static string NameOf(char kind, int length) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}{length}");

    private static void Keep(Dictionary<string, long> best, string piece, long value)
    {
        if (!best.TryGetValue(piece, out var before) || value < before)
        {
            best[piece] = value;
        }
    }

    // Parts without rest, each from the point where its first stroke began.
    private static IEnumerable<List<(double Time, double Distance)>> Stretches(IReadOnlyList<Stroke> strokes)
    {
        var (stretch, end, interval) = (
            new List<(double Time, double Distance)>(),
            0,
            strokes.Count > 0 ? strokes[0].Interval : null
        );
        foreach (var (stroke, time, distance) in Derivation.Work(strokes))
        {
            // The step of the first stroke in an interval reaches back over the rest.
            if (stretch.Count > 0 && (stroke.Time - time != end || stroke.Interval != interval))
            {
                yield return stretch;
                stretch = [];
            }

            if (stretch.Count == 0)
            {
                stretch.Add(
                    stroke.Interval is null or 0
                        ? (stroke.Time - time, (stroke.Distance ?? 0) - distance)
                        : (stroke.Time, stroke.Distance ?? 0)
                );
            }

            if (stroke.Distance is { } metres)
            {
                stretch.Add((stroke.Time, metres));
            }

            (end, interval) = (stroke.Time, stroke.Interval);
        }

        yield return stretch;
    }

    // Ends at a stroke, begins between two: by how much the measure grows at least while the length grows by so much.
    private static double? Least(
        List<(double Time, double Distance)> points,
        double length,
        Func<(double Time, double Distance), double> along,
        Func<(double Time, double Distance), double> measure
    )
    {
        double? least = null;
        var from = 0;
        for (var to = 1; to < points.Count; to++)
        {
            var begin = along(points[to]) - length;
            if (begin < along(points[0]))
            {
                continue;
            }

            while (from + 1 < to && along(points[from + 1]) <= begin)
            {
                from++;
            }

            var (a, b) = (points[from], points[from + 1]);
            var step = along(b) - along(a);
            var part = step > 0 ? (begin - along(a)) / step : 0;
            var value = measure(points[to]) - (measure(a) + (part * (measure(b) - measure(a))));
            least = least is { } before && before <= value ? before : value;
        }

        return least;
    }
}
