using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>From the call of the program to its first reply, and the memory of a server that nobody calls.</summary>
internal static class Starts
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Table>> RunAsync(Ground ground, Plan plan)
    {
        var rows = new List<Row>
        {
            await AgainAsync(ground, plan, onPostgres: false),
            await AgainAsync(ground, plan, onPostgres: true),
        };
        Console.Error.WriteLine("— starting everyone from nothing");
        foreach (var make in Everyone())
        {
            var results = new List<LoadResult>();
            for (var i = 0; i < plan.Starts; i++)
            {
                await using var target = make(ground);
                await target.StartAsync();
                await Task.Delay(Idle);
                results.Add(Result(target));
            }

            rows.Add(
                Summarise(make(ground).Name, "first start on an empty data folder; idle after being set up", results)
            );
        }

        return [new Table("Start to first reply, idle memory", "Milliseconds and MB; no ratio of speeds.", rows)];
    }

    private static IEnumerable<Func<Ground, Target>> Everyone() =>
        [
            ground => new SillageTarget(ground, onPostgres: false),
            ground => new SillageTarget(ground, onPostgres: true),
            ground => new KestrelTarget(ground),
            ground => new TsadkTarget(ground, lean: false),
            ground => new PocketBaseTarget(ground),
            ground => new FastApiTarget(ground),
        ];

    private static async Task<Row> AgainAsync(Ground ground, Plan plan, bool onPostgres)
    {
        await using var target = new SillageTarget(ground, onPostgres);
        await target.StartAsync();
        var results = new List<LoadResult>();
        for (var i = 0; i < plan.Starts; i++)
        {
            await target.StopServerAsync();
            await target.StartServerAsync();
            await Task.Delay(Idle);
            results.Add(Result(target));
        }

        return Summarise($"{target.Name}, again", "on a data folder that is there", results);
    }

    private static LoadResult Result(Target target) =>
        new()
        {
            Requests = 1,
            Traces = 0,
            Elapsed = target.ToFirstReply,
            Memory = target.OwnProcesses.Usage().Memory,
        };

    private static Row Summarise(string name, string note, List<LoadResult> results)
    {
        var ordered = results.OrderBy(result => result.Elapsed).ToList();
        var median = ordered[ordered.Count / 2];
        Console.Error.WriteLine(
            $"  {name, -34} {median.Elapsed.TotalMilliseconds, 8:N0} ms {median.Memory / 1e6, 8:N0} MB"
        );
        return new Row(name, note, median, 0, 0);
    }
}
