using GameStatements;

// dotnet run --project samples/GameStatements -- http://localhost:8000 USERNAME PASSWORD [STUDY [FILE]]
if (args.Length is < 3 or > 5)
{
    await Console.Error.WriteLineAsync("Usage: GameStatements SERVER USERNAME PASSWORD [STUDY [FILE]]");
    return 2;
}

var study = args.Length > 3 ? args[3] : "game-statements";
var file = args.Length > 4 ? args[4] : StatementFile.Find();
var statements = file is null ? StatementGenerator.Generate(seed: 1) : await StatementFile.ReadAsync(file);
Console.WriteLine(file is null ? "No data file found: generated statements of the same shape." : $"Read {file}.");

using var client = new HttpClient { BaseAddress = new Uri(args[0]) };
var api = await Api.LogInAsync(client, args[1], args[2]);
var run = await StudyRun.SendAsync(api, study, statements);
Console.WriteLine($"Sent {run.Sent} traces: {run.Accepted} stored, {run.Duplicates} known already.");
Console.WriteLine(Summary.Of(await api.ExportAsync(study, "ndjson")));
return 0;
