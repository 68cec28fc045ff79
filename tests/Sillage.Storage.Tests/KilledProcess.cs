using System.Diagnostics;
using Shouldly;

namespace Sillage.Storage.Tests;

/// <summary>This very program, begun with a verb in place of tests and killed in the middle.</summary>
internal static class KilledProcess
{
    /// <summary>Kills it once it has said so many lines.</summary>
    /// <returns>All that it said, up to its death.</returns>
    public static async Task<List<string>> RunAsync(int afterLines, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KilledProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (lines.Count == afterLines)
            {
                process.Kill(); // SIGKILL: no farewell.
            }
        }

        await process.WaitForExitAsync();
        lines.Count.ShouldBeGreaterThanOrEqualTo(afterLines);
        // The last line may have been cut off in its middle.
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }
}
