using System.CommandLine;
using System.CommandLine.Help;
using System.Diagnostics.CodeAnalysis;
using Sillage.CommandLine;
using Sillage.Hosting.Verbs;

namespace Sillage.Verbs;

/// <summary>Reads a command line, runs its verb, and turns what can be expected to go wrong into one line.</summary>
internal static class Invocation
{
    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "The edge of the program: without it the runtime would abort and dump core."
    )]
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        StandardOutput.Install();
        var help = root.Options.OfType<HelpOption>().Single();
        help.Description = "Show help; for a verb: sillage VERB --help";
        help.Action = new HelpText((HelpAction)help.Action!);

        // An @ is a value's own: --map @columns.txt is read by the import, and a password may begin with one.
        var parsed = root.Parse(ServeIsTheDefault(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 || ParseFailure.StrayFlag(parsed) is not null)
        {
            return await FailAsync(ParseFailure.Describe(parsed));
        }

        // The server's host ends by itself on a signal; other verbs get this long to clean up after theirs.
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout =
                parsed.CommandResult.Command.Name == Serve.Name ? null : TimeSpan.FromSeconds(30),
        };
        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (Exception e) when (ExpectedFailure.Describe(e) is { } explanation)
        {
            return await FailAsync(explanation);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("stopped before it was done; nothing was changed.");
        }
        catch (Exception e)
        {
            await SayAsync($"sillage: a defect of the program; please report it.\n{e}");
            return ExitCode.Unexpected;
        }
    }

    private static async Task<int> FailAsync(string explanation)
    {
        await SayAsync($"sillage: {explanation}");
        return ExitCode.Expected;
    }

    // Where the error output is full as well there is nobody left to tell but the shell, by the exit code.
    private static async Task SayAsync(string text)
    {
        try
        {
            await Console.Error.WriteLineAsync(text);
        }
        catch (IOException) { }
    }

    private static string[] ServeIsTheDefault(string[] args) =>
        args is [] || (args[0].StartsWith('-') && args[0] is not ("-h" or "-?" or "--help" or "--version"))
            ? [Serve.Name, .. args]
            : args;
}
