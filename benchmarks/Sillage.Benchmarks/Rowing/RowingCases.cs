using System.Text.Json.Nodes;
using Sillage.Benchmarks.Bare;
using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Rowing;

/// <summary>Strokes kept live, files taken over, a long session read, a season summed.</summary>
internal static class RowingCases
{
    private const int Ergs = 1000;
    private const int Connections = 16;

    // Thirty strokes a minute: a batch of ten is what twenty seconds gave.
    private const int BatchOfStrokes = 10;
    private const double BatchesPerSecond = Ergs * 0.5 / BatchOfStrokes;

    private static readonly DateTimeOffset SeasonBegins = new(2026, 5, 2, 6, 0, 0, TimeSpan.Zero);

    public static Dictionary<string, Func<Ground, Plan, Task<IReadOnlyList<Table>>>> All { get; } =
        new()
        {
            ["live"] = LiveAsync,
            ["import"] = ImportAsync,
            ["session"] = SessionAsync,
            ["season"] = SeasonAsync,
            ["watched"] = WatchedAsync,
        };

    private static async Task<IReadOnlyList<Table>> LiveAsync(Ground ground, Plan plan)
    {
        RowingTarget[] targets =
        [
            new SillageRowing(ground, onPostgres: false),
            new SillageRowing(ground, onPostgres: true),
            new FlaskRowing(ground),
        ];
        await using var field = await StartAsync(targets);
        var tables = new List<Table>
        {
            await Alternation.RunAsync(
                ground,
                $"Strokes of {Ergs:N0} ergs, batches of {BatchOfStrokes}, {Connections} connections",
                "Closed loop: as many strokes as are kept.",
                plan.Rounds,
                field.Contenders(target => ClosedAsync(target, plan.Shape(Connections)))
            ),
            await Alternation.RunAsync(
                ground,
                $"The same ergs at 30 strokes a minute, {BatchesPerSecond} batches a second",
                "Open loop: what a stroke waits for, and what keeping it costs.",
                plan.Rounds,
                field.Contenders(target =>
                    target.OpenAsync(
                        i => ((RowingTarget)target).Strokes(i, Connections, BatchOfStrokes),
                        plan.Shape(Connections),
                        BatchesPerSecond
                    )
                )
            ),
        };
        await field.CheckAsync();
        return [.. tables.Select(table => table with { Unit = "strokes" })];
    }

    private static async Task<IReadOnlyList<Table>> ImportAsync(Ground ground, Plan plan)
    {
        await using var target = new SillageRowing(ground, onPostgres: false);
        Console.Error.WriteLine($"— writing {plan.Files:N0} FIT files");
        await target.StartAsync();
        var folder = ground.NewFolder("fit");
        for (var i = 0; i < plan.Files; i++)
        {
            // Ten minutes and a little more, so that no two are alike.
            var sent = await target.SendAsync(SeasonBegins.AddHours(i), 300 + (i % 7), 2 + (i % 5 / 10d));
            var fit = await target.DownloadAsync($"{(string)sent["links"]!["self"]!}/export?format=fit");
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{i:0000}.fit"), fit);
        }

        // On SQLite the verb needs the database for itself. Each round is another rower's, who has none of them yet.
        await target.StopAsync();
        var rower = 0;
        string[] Import(params string[] more) =>
            [ground.Sillage, "rowing", "import", folder, "--rower", $"rower-{++rower}", "--data", target.Data, .. more];
        var table = await Alternation.RunAsync(
            ground,
            $"Import of {plan.Files:N0} FIT files of 300 strokes",
            "From the start of the program to its end. Sillage reads, derives and stores, each file in a transaction; Garmin's decoder decodes.",
            plan.Rounds,
            [
                new("Sillage (SQLite), import", "each file flushed", () => RunAsync(plan.Files, "dotnet", Import())),
                new("Sillage, decoding alone", "--dry-run", () => RunAsync(plan.Files, "dotnet", Import("--dry-run"))),
                new(
                    "@garmin/fitsdk, decoding alone",
                    "stores nothing",
                    () => RunAsync(plan.Files, "node", Path.Combine(ground.Peer("fit"), "decode.mjs"), folder)
                ),
            ]
        );
        return [table with { Unit = "files" }];
    }

    private static async Task<IReadOnlyList<Table>> SessionAsync(Ground ground, Plan plan)
    {
        const int Strokes = 10_000;
        await using var sqlite = new SillageRowing(ground, onPostgres: false);
        await using var postgres = new SillageRowing(ground, onPostgres: true);
        await sqlite.StartAsync();
        await postgres.StartAsync();
        var requests = new Dictionary<Target, byte[]>();
        var (number, path) = (0L, "");
        foreach (var target in (SillageRowing[])[sqlite, postgres])
        {
            var sent = await target.SendAsync(SeasonBegins, Strokes, 2);
            var strokes = $"{(string)sent["links"]!["self"]!}/strokes";
            (number, path) = target == sqlite ? ((long)sent["number"]!, strokes) : (number, path);
            requests[target] = RequestTemplate.Get(strokes, target.Token);
        }

        var finished = Path.Combine(ground.NewFolder("finished"), "strokes.db");
        await KeepAsync(finished, await sqlite.DownloadAsync(path));
        await using var packed = new KestrelTarget(ground, "packed bytes of the table", (sqlite.DatabaseFile, number));
        await using var ready = new KestrelTarget(ground, "finished JSON of a table", (finished, 1));
        foreach (var kestrel in (KestrelTarget[])[packed, ready])
        {
            await kestrel.StartAsync();
            requests[kestrel] = RequestTemplate.Get("/", null);
        }

        var tables = new List<Table>();
        foreach (var connections in (int[])[1, Connections])
        {
            tables.Add(
                await Alternation.RunAsync(
                    ground,
                    $"A session of {Strokes:N0} strokes read, {connections} connection{(connections == 1 ? "" : "s")}",
                    "Closed loop. The bare servers send what lies in a table: the packed bytes, a tenth of the JSON, or JSON that was made before. They ask nobody who he is.",
                    plan.Rounds,
                    [
                        .. ((Target[])[sqlite, postgres, ready, packed]).Select(target => new Contender(
                            target.Name,
                            target == packed ? "packed bytes" : "JSON",
                            () => target.ClosedAsync(_ => new SameRequest(requests[target], 0), plan.Shape(connections))
                        )),
                    ]
                )
            );
        }

        return tables;
    }

    /// <summary>Makes a table of the same form with one row.</summary>
    private static Task KeepAsync(string file, byte[] json) =>
        Task.Run(() =>
        {
            using var database = new Sqlite(file);
            database.Execute(
                "CREATE TABLE stroke_batch (workout INTEGER NOT NULL, first INTEGER NOT NULL, packed BLOB NOT NULL)"
            );
            var insert = database.Prepare("INSERT INTO stroke_batch VALUES (1, 0, ?1)");
            database.BindBlob(insert, 1, json);
            database.Run(insert);
        });

    private static async Task<IReadOnlyList<Table>> SeasonAsync(Ground ground, Plan plan)
    {
        const int Sessions = 300;
        var contenders = new List<Contender>();
        var targets = new List<SillageRowing>();
        try
        {
            foreach (var onPostgres in (bool[])[false, true])
            {
                foreach (var size in plan.Workouts)
                {
                    var target = new SillageRowing(ground, onPostgres, $", {size:N0} workouts");
                    targets.Add(target);
                    await target.StartAsync();
                    for (var i = 0; i < Sessions; i++)
                    {
                        await target.SendAsync(SeasonBegins.AddDays(i), 2, 1000 + i);
                    }

                    await target.FillAsync(size);
                    var request = RequestTemplate.Get("/api/v1/workouts/season?ending=2027", target.Token);
                    var summed = JsonNode.Parse(await target.DownloadAsync("/api/v1/workouts/season?ending=2027"))!;
                    if ((int)summed["workouts"]! != Sessions)
                    {
                        throw new InvalidOperationException($"{target.Name} sums {summed["workouts"]} sessions.");
                    }

                    contenders.Add(
                        new Contender(
                            target.Name,
                            "",
                            () => target.ClosedAsync(_ => new SameRequest(request, 0), plan.Shape(4))
                        )
                    );
                }
            }

            return
            [
                await Alternation.RunAsync(
                    ground,
                    $"A season of {Sessions} sessions summed, by how many workouts others have",
                    "Closed loop, 4 connections.",
                    plan.Rounds,
                    contenders
                ),
            ];
        }
        finally
        {
            foreach (var target in targets)
            {
                await target.DisposeAsync();
            }
        }
    }

    /// <summary>Sillage alone, long enough to be looked at with a profiler.</summary>
    private static async Task<IReadOnlyList<Table>> WatchedAsync(Ground ground, Plan plan)
    {
        await using var field = await StartAsync(new SillageRowing(ground, onPostgres: false));
        var shape = plan.Shape(Connections) with { Measured = TimeSpan.FromSeconds(20) };
        return
        [
            await Alternation.RunAsync(
                ground,
                "Strokes",
                "",
                1,
                field.Contenders(target => ClosedAsync(target, shape))
            ) with
            {
                Unit = "strokes",
            },
        ];
    }

    private static async Task<Field> StartAsync(params RowingTarget[] targets)
    {
        var field = await Field.StartAsync([.. targets]);
        foreach (var target in targets)
        {
            await target.BeginAsync(Ergs);
        }

        return field;
    }

    private static Task<LoadResult> ClosedAsync(Target target, LoadShape shape) =>
        target.ClosedAsync(i => ((RowingTarget)target).Strokes(i, shape.Connections, BatchOfStrokes), shape);

    private static async Task<LoadResult> RunAsync(int files, string program, params string[] arguments)
    {
        var (_, elapsed, processor) = await Shell.DrainAsync(program, new Dictionary<string, string>(), arguments);
        return new LoadResult
        {
            Requests = 1,
            Traces = files,
            Elapsed = elapsed,
            ServerProcessor = processor,
        };
    }
}
