using System.CommandLine;

namespace Sillage.CommandLine;

/// <summary>Says in one line what is wrong with a command line and what to type instead.</summary>
internal static class ParseFailure
{
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = command is RootCommand ? "sillage --help" : $"sillage {command.Name} --help";
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

    private static string Hint(string word, IEnumerable<string> candidates) =>
        Nearest.Hint(word, candidates) is { Length: > 0 } hint ? hint : ".";
}
