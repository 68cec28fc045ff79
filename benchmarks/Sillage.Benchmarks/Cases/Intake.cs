using Sillage.Benchmarks.Bare;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>One trace a request and batches, authenticated and acknowledged when stored.</summary>
internal static class Intake
{
    private const int BatchConnections = 16;

    public static async Task<IReadOnlyList<Table>> SinglesAsync(Ground ground, Plan plan)
    {
        await using var field = await Field.StartAsync(
            new SillageTarget(ground, onPostgres: false),
            new SillageTarget(ground, onPostgres: true),
            new KestrelTarget(ground),
            new TsadkTarget(ground, lean: false),
            new TsadkTarget(ground, lean: true),
            new PocketBaseTarget(ground)
        );
        using var loop = new SqliteLoop(ground);
        var tables = new List<Table>();
        foreach (var connections in (int[])[1, 16, 256])
        {
            var shape = plan.Shape(connections);
            Contender limit = new(
                "bare SQLite loop",
                $"no server; same table and pragmas, one commit for {connections}",
                () => Task.Run(() => loop.Run(connections, shape))
            );
            tables.Add(
                await Alternation.RunAsync(
                    ground,
                    $"One trace a request, {connections} connection{(connections == 1 ? "" : "s")}",
                    "Closed loop: each connection sends its next request when the last one is answered.",
                    plan.Rounds,
                    [.. field.Contenders(target => target.ClosedAsync(target.Single, shape)), limit]
                )
            );
        }

        tables.Add(await OpenAsync(ground, field, plan, "at 200 a second", _ => 200));
        tables.Add(
            await OpenAsync(
                ground,
                field,
                plan,
                "at half of what each can take",
                name => Math.Max(10, tables[1].Find(name)!.Median.PerSecond / 2)
            )
        );
        await field.CheckAsync();
        return tables;
    }

    public static async Task<IReadOnlyList<Table>> BatchesAsync(Ground ground, Plan plan)
    {
        await using var field = await Field.StartAsync(
            new SillageTarget(ground, onPostgres: false),
            new SillageTarget(ground, onPostgres: true),
            new KestrelTarget(ground),
            new FastApiTarget(ground)
        );
        await using var copy = await CopyLoop.CreateAsync(ground);
        using var loop = new SqliteLoop(ground);
        var tables = new List<Table>();
        foreach (var size in (int[])[10, 100, 1000])
        {
            var shape = plan.Shape(BatchConnections);
            Contender[] limits =
            [
                new(
                    "bare SQLite loop",
                    $"same table and pragmas, one commit for {size}",
                    () => Task.Run(() => loop.Run(size, shape))
                ),
                new(
                    "bare SQLite loop, 16 batches a commit",
                    $"same table and pragmas, one commit for {size * BatchConnections}",
                    () => Task.Run(() => loop.Run(size * BatchConnections, shape))
                ),
                new("bare COPY, 1 connection", "same table", () => copy.RunAsync(size, shape with { Connections = 1 })),
                new(
                    "bare COPY, 4 connections",
                    "same table",
                    () => copy.RunAsync(size, shape with { Connections = 4 })
                ),
            ];
            tables.Add(
                await Alternation.RunAsync(
                    ground,
                    $"Batches of {size}, {BatchConnections} connections",
                    "Closed loop. The bare loops have no server and parse nothing: they insert ready-made values.",
                    plan.Rounds,
                    [.. field.Contenders(target => target.ClosedAsync(i => target.Batch(i, size), shape)), .. limits]
                )
            );
        }

        await field.CheckAsync();
        return tables;
    }

    /// <summary>The same intake with and without traces being counted for summaries meanwhile.</summary>
    public static async Task<IReadOnlyList<Table>> CountingAsync(Ground ground, Plan plan)
    {
        // The one counts all the time, the other not before the run is over.
        await using var field = await Field.StartAsync(
            new SillageTarget(ground, onPostgres: false, tallySeconds: 1),
            new SillageTarget(ground, onPostgres: false, tallySeconds: 86_400),
            new SillageTarget(ground, onPostgres: true, tallySeconds: 1),
            new SillageTarget(ground, onPostgres: true, tallySeconds: 86_400)
        );
        const string remark = "Closed loop. Who counts does so while it stores; who does not has yet to do it.";
        var shape = plan.Shape(BatchConnections);
        return
        [
            await Alternation.RunAsync(
                ground,
                $"Counting: one trace a request, {BatchConnections} connections",
                remark,
                plan.Rounds,
                field.Contenders(target => target.ClosedAsync(target.Single, shape))
            ),
            await Alternation.RunAsync(
                ground,
                $"Counting: batches of 100, {BatchConnections} connections",
                remark,
                plan.Rounds,
                field.Contenders(target => target.ClosedAsync(i => target.Batch(i, 100), shape))
            ),
        ];
    }

    private static Task<Table> OpenAsync(
        Ground ground,
        Field field,
        Plan plan,
        string rate,
        Func<string, double> perSecond
    ) =>
        Alternation.RunAsync(
            ground,
            $"One trace a request {rate}, 64 connections",
            "Open loop: requests leave at a fixed rate; latency counts from when each was meant to leave.",
            plan.Rounds,
            field.Contenders(target => target.OpenAsync(target.Single, plan.Shape(64), perSecond(target.Name)))
        );
}
