using Sillage.SocketIO.Fuzz;

// Sillage.SocketIO.Fuzz TARGET CORPUS [SECONDS] [SEED]: mutates the corpus and feeds it to a target until time is up. What makes
// the target fail is written into the corpus, where the regression test finds it from then on.
if (args is not [var name, var folder, ..] || !FuzzTargets.All.TryGetValue(name, out var target))
{
    Console.Error.WriteLine(
        $"usage: TARGET CORPUS [SECONDS] [SEED], TARGET one of {string.Join(", ", FuzzTargets.All.Keys)}"
    );
    return 2;
}

var seconds = args.Length > 2 ? int.Parse(args[2]) : 60;
var seed = args.Length > 3 ? int.Parse(args[3]) : Environment.TickCount;
var mutator = new Mutator(
    [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)],
    seed
);
var clock = System.Diagnostics.Stopwatch.StartNew();
long runs = 0;
while (clock.Elapsed.TotalSeconds < seconds)
{
    var input = mutator.Next();
    runs++;
#pragma warning disable CA1031 // Whatever a target throws is the find.
    try
    {
        target(input);
    }
    catch (Exception e)
    {
        var file = Path.Combine(
            folder,
            $"found-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..12]}"
        );
        await File.WriteAllBytesAsync(file, input);
        Console.Error.WriteLine($"{file}: {e}");
        return 1;
    }
#pragma warning restore CA1031
}

Console.WriteLine($"{name}: {runs} inputs, seed {seed}, nothing found");
return 0;
