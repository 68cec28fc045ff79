using System.CommandLine;

namespace Sillage.CommandLine;

/// <summary>Says in one line what is wrong with a command line and what to type instead.</summary>
internal static class ParseFailure
{
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = $"sillage {PathOf(command)}--help";
        if (parsed.UnmatchedTokens is not [var unknown, ..])
        {
            return $"{parsed.Errors[0].Message} See {help}.";
        }

        if (unknown.StartsWith('-'))
        {
            var flags = command.Options.SelectMany(option => option.Aliases.Prepend(option.Name));
            return $"unknown flag '{unknown}'{Hint(unknown, flags)} See {help}.";
        }

        return command.Subcommands.Count > 0
            ? $"unknown verb '{unknown}'{Hint(unknown, command.Subcommands.Select(verb => verb.Name))} See {help}."
            : $"'{command.Name}' does not take '{unknown}'. See {help}.";
    }

    // A verb may lie within another: sillage traces import.
    private static string PathOf(Command command) =>
        command is RootCommand ? "" : $"{PathOf(command.Parents.OfType<Command>().First())}{command.Name} ";

    private static string Hint(string word, IEnumerable<string> candidates) =>
        Nearest.Hint(word, candidates) is { Length: > 0 } hint ? hint : ".";
}
