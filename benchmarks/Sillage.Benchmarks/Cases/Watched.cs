using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>
/// Sillage alone under each kind of load, long enough to be looked at with a profiler (docs/performance.md says how).
/// Runs only when it is asked for.
/// </summary>
internal static class Watched
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Table>> RunAsync(Ground ground, Plan plan)
    {
        await using var field = await Field.StartAsync(new SillageTarget(ground, onPostgres: false));
        var tables = new List<Table>();
        foreach (var connections in (int[])[1, 16, 256])
        {
            var shape = plan.Shape(connections) with { Measured = Long };
            tables.Add(
                await Alternation.RunAsync(
                    ground,
                    $"One trace a request, {connections} connection(s)",
                    "",
                    1,
                    field.Contenders(target => target.ClosedAsync(target.Single, shape))
                )
            );
        }

        foreach (var size in (int[])[10, 100, 1000])
        {
            var shape = plan.Shape(16) with { Measured = Long };
            tables.Add(
                await Alternation.RunAsync(
                    ground,
                    $"Batches of {size}, 16 connections",
                    "",
                    1,
                    field.Contenders(target => target.ClosedAsync(i => target.Batch(i, size), shape))
                )
            );
        }

        await field.CheckAsync();
        return tables;
    }
}
