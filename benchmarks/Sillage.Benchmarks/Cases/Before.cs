using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>
/// What a change costs: single traces by this commit and by the one that <c>--before</c> names, in turn. Runs only when it is asked for.
/// </summary>
internal static class Before
{
    public static async Task<IReadOnlyList<Table>> RunAsync(Ground ground, Plan plan)
    {
        if (ground.Before is null)
        {
            throw new InvalidOperationException("The case 'before' needs --before COMMIT.");
        }

        await using var field = await Field.StartAsync(
            new SillageTarget(ground, onPostgres: false),
            new SillageTarget(ground, onPostgres: false, isBefore: true)
        );
        var tables = new List<Table>();
        foreach (var connections in (int[])[16, 256])
        {
            var shape = plan.Shape(connections);
            tables.Add(
                await Alternation.RunAsync(
                    ground,
                    $"Before and after: one trace a request, {connections} connections",
                    "Closed loop: each connection sends its next request when the last one is answered.",
                    2 * plan.Rounds,
                    field.Contenders(target => target.ClosedAsync(target.Single, shape))
                )
            );
        }

        await field.CheckAsync();
        return tables;
    }
}
