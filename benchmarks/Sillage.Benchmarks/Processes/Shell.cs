using System.Diagnostics;

namespace Sillage.Benchmarks.Processes;

/// <summary>Programs that run to their end.</summary>
internal static class Shell
{
    /// <summary>Runs a program that writes little.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }

    /// <summary>Runs a program that writes much, reading its output without keeping it.</summary>
    /// <returns>The bytes written and the time and processor time it took.</returns>
    public static async Task<(long Bytes, TimeSpan Elapsed, TimeSpan Processor)> DrainAsync(
        string program,
        IReadOnlyDictionary<string, string> environment,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var before = ProcessTree.EndedChildren();
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var buffer = new byte[256 * 1024];
        long bytes = 0;
        int read;
        while ((read = await process.StandardOutput.BaseStream.ReadAsync(buffer)) > 0)
        {
            bytes += read;
        }

        await process.WaitForExitAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);
        return process.ExitCode == 0
            ? (bytes, elapsed, ProcessTree.EndedChildren() - before)
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
