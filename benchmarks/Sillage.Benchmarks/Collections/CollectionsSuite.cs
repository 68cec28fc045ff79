using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Report;

namespace Sillage.Benchmarks.Collections;

/// <summary>Declared collections next to PocketBase, which declares them too, and to the same written by hand with FastAPI and SQLAlchemy.</summary>
internal static class CollectionsSuite
{
    private const string Live = "live";

    private static readonly (string Name, string Title)[] Cases =
    [
        ("create", "Create a record"),
        ("read", "Read a record"),
        ("list", "List 20 by filter and sort"),
        ("expand", "List 20 with what a relation leads to"),
        ("patch", "Change a field"),
        ("batch", "Create 100 in one transaction"),
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var ground = ShelfGround.Parse(arguments);
        var file = ground.File(Machine.Here.Slug);
        var results = new Results(
            file,
            new Preface(
                "Collections",
                ground.Commit,
                $"{ground.Rounds} round(s) of {ground.Measured.TotalSeconds} s after {ShelfGround.WarmUp.TotalSeconds} s of warm-up",
                $"{ShelfGround.Connections} connections, each of which sends its next request when the last one is answered; a signed-in user, rules and indexes on. Processor time is that of the "
                    + "server's processes and of the database engine they use, per request."
            )
        );
        try
        {
            foreach (var size in ground.Sizes)
            {
                await RunAsync(ground, size, results);
            }
        }
        catch (InvalidOperationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            foreach (var log in Directory.GetFiles(ground.Folder, "*.log"))
            {
                await Console.Error.WriteLineAsync($"— {Path.GetFileName(log)}");
                await Console.Error.WriteLineAsync(string.Join('\n', File.ReadLines(log).TakeLast(15)));
            }

            return 1;
        }
        finally
        {
            ServerProcess.EndAll();
        }

        Console.WriteLine($"Written: {Path.GetRelativePath(ground.Repository, file)}");
        return 0;
    }

    private static async Task RunAsync(ShelfGround ground, int size, Results results)
    {
        Shelf[] shelves =
        [
            new SillageShelf(ground, onPostgres: false),
            new SillageShelf(ground, onPostgres: true),
            new PocketBaseShelf(ground),
            new FastApiShelf(ground),
        ];
        foreach (var shelf in shelves)
        {
            await shelf.StartAsync(size);
        }

        // What only reads comes first: the number of records is what it says then.
        foreach (var (name, title) in Cases.OrderBy(one => one.Name is "create" or "batch" or "patch"))
        {
            if (ground.Has(name))
            {
                await MeasureAsync(
                    ground,
                    results,
                    $"{title}, {size:N0} records",
                    shelves.Where(shelf => shelf.Requests(name, 0) is not null),
                    shelf =>
                        ClosedLoop.RunAsync(shelf.Address, i => shelf.Requests(name, i)!, ground.Shape, shelf.Processes)
                );
            }
        }

        if (ground.Has(Live))
        {
            await MeasureAsync(
                ground,
                results,
                $"{ground.Followers:N0} follow live, {size:N0} records (latency to the last of them)",
                shelves.OfType<SillageShelf>(),
                shelf => Task.Run(() => FanOut.Measure(ground, (SillageShelf)shelf))
            );
        }

        foreach (var shelf in shelves)
        {
            await shelf.DisposeAsync();
        }
    }

    private static async Task MeasureAsync(
        ShelfGround ground,
        Results results,
        string title,
        IEnumerable<Shelf> shelves,
        Func<Shelf, Task<LoadResult>> measure
    )
    {
        var table = await Alternation.RunAsync(
            new Quiet(ground.Postmaster),
            ground.IsNoisy,
            title,
            "Closed loop.",
            ground.Rounds,
            [.. shelves.Select(shelf => new Contender(shelf.Name, shelf.Note, () => measure(shelf)))]
        );
        Sheet sheet = Ratios.Sheet(table);
        Screen.Write(sheet);
        results.Add([sheet]);
    }
}
