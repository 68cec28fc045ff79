using System.Runtime.InteropServices;
using Sillage.Benchmarks;
using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Collections;
using Sillage.Benchmarks.Messaging;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.Rowing;
using Sillage.Benchmarks.SocketIO;
using Sillage.Benchmarks.Targets;

// Called by benchmarks/run, which installs, builds and starts what is named here.
// Since .NET 10 a program hears of SIGTERM only if it asks to; the runtime ends it all the same.
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => ServerProcess.EndAll());
if (args.Contains("suite=socketio"))
{
    return await SocketSuite.RunAsync(args);
}

if (args.Contains("suite=messaging"))
{
    return await MessagingSuite.RunAsync(args);
}

if (args.Contains("suite=collections"))
{
    return await CollectionsSuite.RunAsync(args);
}

var settings = Arguments.Parse(args);
var isRowing = args.Contains("suite=rowing");
var cases = isRowing
    ? RowingCases.All
    : new Dictionary<string, Func<Ground, Plan, Task<IReadOnlyList<Table>>>>
    {
        ["singles"] = Intake.SinglesAsync,
        ["batches"] = Intake.BatchesAsync,
        ["counting"] = Intake.CountingAsync,
        ["export"] = Exports.RunAsync,
        ["growth"] = Growth.RunAsync,
        ["start"] = Starts.RunAsync,
        ["before"] = Before.RunAsync,
        ["watched"] = Watched.RunAsync,
    };
var chosen =
    settings.Only.Count > 0 ? settings.Only : [.. cases.Keys.Where(name => name is not ("watched" or "before"))];
if (chosen.FirstOrDefault(name => !cases.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"No case \"{unknown}\". There are: {string.Join(", ", cases.Keys)}.");
    return 2;
}

var suffix = settings.Only.Count > 0 ? $"-{string.Join('-', settings.Only)}" : "";
var file = Path.Combine(
    settings.Results,
    $"{(isRowing ? "rowing" : "traces")}-{Machine.Here.Slug}-{settings.Commit}{suffix}{settings.Kind}.md"
);
var results = new Results(
    file,
    new Preface(
        isRowing ? "Rowing" : "Traces",
        settings.Commit,
        settings.Described,
        "Processor time is that of the server's processes and of the database engine they use, per trace (or stroke, file, row, page). "
            + "Memory is PSS at the end of the stretch."
    )
);
var tables = new List<Table>();
try
{
    foreach (var name in chosen)
    {
        var measured = await cases[name](settings.Ground, settings.Plan);
        tables.AddRange(measured);
        if (name != "watched")
        {
            results.Add(measured.Select(Ratios.Sheet));
        }
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

Console.WriteLine($"Written: {Path.GetRelativePath(settings.Ground.Repository, file)}");
return 0;
