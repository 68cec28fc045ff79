using System.Diagnostics;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>A program that was run to its end.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>Longer than anything here takes on a slow machine; what takes longer hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs <c>sillage</c> in <paramref name="folder"/>.</summary>
    public static Task<CommandRun> SillageAsync(
        string folder,
        string[] arguments,
        IReadOnlyDictionary<string, string>? environment = null
    ) => RunAsync(Repository.Executable, folder, arguments, environment);

    /// <summary>Runs a program in <paramref name="folder"/>, with nothing on its standard input.</summary>
    public static async Task<CommandRun> RunAsync(
        string program,
        string folder,
        string[] arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? atMost = null
    )
    {
        using var process = Start(program, folder, arguments, environment);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(atMost ?? Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end.", e);
        }

        return new CommandRun(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a program with its three streams in our hands and no setting of the test run's own environment.</summary>
    public static Process Start(
        string program,
        string folder,
        string[] arguments,
        IReadOnlyDictionary<string, string>? environment
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var name in start
                .Environment.Keys.Where(name => name.StartsWith("SILLAGE_", StringComparison.Ordinal))
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Directory.CreateDirectory(folder);
        return Process.Start(start)!;
    }
}
