using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>One of those that are measured under the same load.</summary>
/// <param name="Name">As the tables call it.</param>
/// <param name="Note">Its durability, or in what else it differs.</param>
/// <param name="MeasureAsync">One measured stretch.</param>
internal sealed record Contender(string Name, string Note, Func<Task<LoadResult>> MeasureAsync);

/// <summary>The median of a contender's stretches.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Note">Its durability, or in what else it differs.</param>
/// <param name="Median">The stretch in the middle, by traces a second.</param>
/// <param name="Lowest">Traces a second of the slowest stretch.</param>
/// <param name="Highest">Traces a second of the fastest stretch.</param>
internal sealed record Row(string Name, string Note, LoadResult Median, double Lowest, double Highest);

/// <summary>A case and what came out of it.</summary>
internal sealed record Table(string Title, string Remark, IReadOnlyList<Row> Rows)
{
    /// <summary>What is counted, where it is more than requests.</summary>
    public string Unit { get; init; } = "traces";

    public Row? Find(string name) => Rows.FirstOrDefault(row => row.Name == name);
}

/// <summary>Measures in turn, round after round, so that what disturbs the machine disturbs everyone.</summary>
internal static class Alternation
{
    private const int MostAttempts = 3;

    public static Task<Table> RunAsync(
        Ground ground,
        string title,
        string remark,
        int rounds,
        IReadOnlyList<Contender> contenders
    ) => RunAsync(new Quiet(ground.Postmaster), ground.IsNoisy, title, remark, rounds, contenders);

    public static async Task<Table> RunAsync(
        Quiet quiet,
        bool isNoisy,
        string title,
        string remark,
        int rounds,
        IReadOnlyList<Contender> contenders
    )
    {
        Console.Error.WriteLine($"— {title}");
        var results = contenders.Select(_ => new List<LoadResult>()).ToList();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < contenders.Count; i++)
            {
                var attempts = rounds == 1 || isNoisy ? 1 : MostAttempts;
                var result = await MeasureAsync(contenders[i], quiet, attempts);
                results[i].Add(result);
                Console.Error.WriteLine(
                    $"  {contenders[i].Name, -34} {result.WorkPerSecond, 12:N0}/s  p50 {result.Latency.Percentile(0.5) / 1000, 9:N2} ms"
                        + $"  p99 {result.Latency.Percentile(0.99) / 1000, 9:N2} ms  {result.ProcessorMicrosecondsPerWork, 8:N1} µs CPU"
                        + $"  others {result.Others:P0}"
                        + (result.Errors > 0 ? $"  {result.Errors} errors, first: {result.FirstError}" : "")
                );
            }
        }

        return new Table(title, remark, [.. contenders.Select((contender, i) => Summarise(contender, results[i]))]);
    }

    /// <summary>Measures again, a few times, where others took too much of the machine; keeps the least disturbed.</summary>
    private static async Task<LoadResult> MeasureAsync(Contender contender, Quiet quiet, int attempts)
    {
        LoadResult? best = null;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            // What the one before has left to be written is not to be waited for by this one's commits.
            Native.WriteBack();
            if (attempts > 1)
            {
                await quiet.WaitAsync();
            }

            var before = quiet.Now();
            var measured = await contender.MeasureAsync();
            var result = measured with { Others = quiet.OthersSince(before) };
            best = best is null || result.Others < best.Others ? result : best;
            if (best.Others <= Quiet.TooMuch)
            {
                break;
            }
        }

        return best!;
    }

    private static Row Summarise(Contender contender, List<LoadResult> results)
    {
        // Where the rate is given all have it, and the latency tells them apart.
        var ordered = results
            .OrderBy(result => Math.Round(result.TracesPerSecond))
            .ThenByDescending(result => result.Latency.Percentile(0.99))
            .ToList();
        return new Row(
            contender.Name,
            contender.Note,
            ordered[ordered.Count / 2],
            ordered[0].TracesPerSecond,
            ordered[^1].TracesPerSecond
        );
    }
}
