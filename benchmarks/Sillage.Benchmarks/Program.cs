using System.Runtime.InteropServices;
using Sillage.Benchmarks;
using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.Targets;

// Called by benchmarks/run, which installs, builds and starts what is named here.
var settings = Arguments.Parse(args);
var cases = new Dictionary<string, Func<Ground, Plan, Task<IReadOnlyList<Table>>>>
{
    ["singles"] = Intake.SinglesAsync,
    ["batches"] = Intake.BatchesAsync,
    ["export"] = Exports.RunAsync,
    ["growth"] = Growth.RunAsync,
    ["start"] = Starts.RunAsync,
    ["watched"] = Watched.RunAsync,
};
var chosen = settings.Only.Count > 0 ? settings.Only : [.. cases.Keys.Where(name => name != "watched")];
if (chosen.FirstOrDefault(name => !cases.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"No case \"{unknown}\". There are: {string.Join(", ", cases.Keys)}.");
    return 2;
}

// Since .NET 10 a program hears of SIGTERM only if it asks to; the runtime ends it all the same.
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => ServerProcess.EndAll());
var tables = new List<Table>();
try
{
    foreach (var name in chosen)
    {
        tables.AddRange(await cases[name](settings.Ground, settings.Plan));
    }
}
catch (InvalidOperationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    foreach (var log in Directory.GetFiles(settings.Ground.Folder, "*.log"))
    {
        await Console.Error.WriteLineAsync($"— {Path.GetFileName(log)}");
        await Console.Error.WriteLineAsync(string.Join('\n', File.ReadLines(log).TakeLast(15)));
    }

    return 1;
}

Screen.Write(tables);
if (chosen.Contains("watched"))
{
    return 0;
}

var machine = Machine.Here;
var suffix = settings.Only.Count > 0 ? $"-{string.Join('-', settings.Only)}" : "";
var file = Path.Combine(settings.Results, $"traces-{machine.Slug}-{settings.Commit}{suffix}{settings.Kind}.md");
Directory.CreateDirectory(settings.Results);
await File.WriteAllTextAsync(file, Markdown.Write(machine, settings.Commit, settings.Described, tables));
Console.WriteLine($"Written: {Path.GetRelativePath(settings.Ground.Repository, file)}");
return 0;
