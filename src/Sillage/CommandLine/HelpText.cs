using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Sillage.Hosting.Verbs;

namespace Sillage.CommandLine;

/// <summary>The library's help with the examples below it.</summary>
internal sealed class HelpText(HelpAction inner) : SynchronousCommandLineAction
{
    private static readonly (string Line, string Meaning)[] RootExamples =
    [
        ("sillage", "everything on http://localhost:8000, data in ./data"),
        ("sillage --urls http://0.0.0.0:8000", "the same, reachable from other machines"),
        ("sillage backup sillage.backup", "while the server runs"),
    ];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        inner.Invoke(parseResult);
        var examples = parseResult.CommandResult.Command switch
        {
            RootCommand => RootExamples,
            Verb verb => verb.Examples,
            _ => [],
        };
        if (examples.Count == 0)
        {
            return ExitCode.Done;
        }

        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        var width = examples.Max(example => example.Line.Length);
        foreach (var (line, meaning) in examples)
        {
            output.WriteLine($"  {line.PadRight(width)}  {meaning}");
        }

        return ExitCode.Done;
    }
}
