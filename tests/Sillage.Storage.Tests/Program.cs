using System.Globalization;
using Sillage.Storage.Tests;
using Sillage.Storage.Tests.Moving;
using Sillage.Storage.Tests.Sqlite;
using Xunit.Runner.InProc.SystemConsole;

if (args is [WriteUntilKilled.Verb, var folder])
{
    await WriteUntilKilled.RunAsync(folder);
    return 0;
}

if (args is [WorkUntilKilled.Verb, var place, .. var postgres])
{
    await WorkUntilKilled.RunAsync(place, postgres.FirstOrDefault());
    return 0;
}

if (args is [MoveUntilKilled.Verb, var source, var target, var lines])
{
    await MoveUntilKilled.RunAsync(source, target, int.Parse(lines, CultureInfo.InvariantCulture));
    return 0;
}

return await ConsoleRunner.Run(args);
