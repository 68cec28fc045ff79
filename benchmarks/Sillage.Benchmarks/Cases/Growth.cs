using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>What a page of a query, the summary and the intake cost as the store grows: it must stay flat.</summary>
internal static class Growth
{
    private const int PageConnections = 4;
    private const int PagesDeep = 20;

    public static async Task<IReadOnlyList<Table>> RunAsync(Ground ground, Plan plan)
    {
        await using var sqlite = new SillageTarget(ground, onPostgres: false);
        await using var postgres = new SillageTarget(ground, onPostgres: true);
        var rows = new Dictionary<string, List<Row>>();
        foreach (var target in (SillageTarget[])[sqlite, postgres])
        {
            await target.StartAsync();
            foreach (var size in plan.Sizes)
            {
                await Filling.FillAsync(target, size);
                await MeasureAsync(ground, target, size, plan, rows);
            }

            await target.DisposeAsync();
        }

        return
        [
            .. rows.Select(pair => new Table(
                pair.Key,
                "The same at growing numbers of stored traces; the ratio is to the smallest.",
                pair.Value
            )),
        ];
    }

    private static async Task MeasureAsync(
        Ground ground,
        SillageTarget target,
        int size,
        Plan plan,
        Dictionary<string, List<Row>> rows
    )
    {
        var middle = await MiddleAsync(target);
        await CountedAsync(target);
        (string Title, Func<Task<LoadResult>> Measure)[] work =
        [
            ("A page of 50: one participant", () => PageAsync(target, "participant=3&limit=50", plan)),
            ("A page of 50: one name", () => PageAsync(target, "name=answer&limit=50", plan)),
            ("A page of 50: from a time in the middle", () => PageAsync(target, $"from={middle}&limit=50", plan)),
            ("A page of 50: twenty pages on by cursor", () => DeepAsync(target, plan)),
            ("The summary, unchanged", () => ResourceAsync(target, "summary", plan)),
            ("The summary, each after one new trace", () => ChangingSummaryAsync(target, plan)),
            ("A page of 50 sessions", () => ResourceAsync(target, "sessions?limit=50", plan)),
            ("A page of 50 gaps", () => ResourceAsync(target, "gaps?limit=50", plan)),
            ("Intake, one trace a request, 16 connections", () => target.ClosedAsync(target.Single, plan.Shape(16))),
            (
                "Intake, batches of 100, 16 connections",
                () => target.ClosedAsync(i => target.Batch(i, 100), plan.Shape(16))
            ),
        ];
        foreach (var (title, measure) in work)
        {
            var table = await Alternation.RunAsync(
                ground,
                $"{title}, {size:N0} stored",
                "",
                plan.Rounds,
                [new Contender($"{target.Name}, {size:N0}", "", measure)]
            );
            rows.TryAdd(title, []);
            rows[title].AddRange(table.Rows);
        }
    }

    private static Task<LoadResult> PageAsync(SillageTarget target, string query, Plan plan) =>
        target.ClosedAsync(_ => new SameRequest(target.Page(query), 0), plan.Shape(PageConnections));

    private static Task<LoadResult> ResourceAsync(SillageTarget target, string resource, Plan plan) =>
        target.ClosedAsync(
            _ => new SameRequest(target.PageAt(SillageTarget.PathOf(resource)), 0),
            plan.Shape(PageConnections)
        );

    /// <summary>So that none is answered from memory.</summary>
    private static Task<LoadResult> ChangingSummaryAsync(SillageTarget target, Plan plan) =>
        target.ClosedAsync(
            connection => new Alternating(
                target.Single(connection),
                new SameRequest(target.PageAt(SillageTarget.PathOf("summary")), 0)
            ),
            plan.Shape(1)
        );

    /// <summary>Waits until everything is counted, so that the counting is not measured.</summary>
    private static async Task CountedAsync(SillageTarget target)
    {
        await target.RenewAsync();
        while (!(bool)(await target.QueryAsync(SillageTarget.PathOf("summary")))["complete"]!) { }
    }

    private static async Task<LoadResult> DeepAsync(SillageTarget target, Plan plan)
    {
        await target.RenewAsync();
        var page = SillageTarget.PagePath("participant=5&limit=50");
        for (var i = 0; i < PagesDeep; i++)
        {
            page = (string?)(await target.QueryAsync(page))["next"] ?? page;
        }

        return await target.ClosedAsync(_ => new SameRequest(target.PageAt(page), 0), plan.Shape(PageConnections));
    }

    /// <summary>Half-way between the first and the last trace stored.</summary>
    private static async Task<string> MiddleAsync(SillageTarget target)
    {
        var first = await target.QueryAsync(SillageTarget.PagePath("limit=1"));
        var start = DateTimeOffset.Parse((string)first["items"]![0]!["timestamp"]!);
        var middle = start + (TimeProvider.System.GetUtcNow() - start) / 2;
        return Uri.EscapeDataString(middle.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"));
    }
}
