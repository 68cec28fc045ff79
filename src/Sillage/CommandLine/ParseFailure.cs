using System.CommandLine;
using System.CommandLine.Parsing;
using Sillage.Api.Requests.Reading;

namespace Sillage.CommandLine;

/// <summary>Says in one line what is wrong with a command line and what to type instead.</summary>
internal static class ParseFailure
{
    /// <summary>
    /// A word that looks like a flag and was taken for an argument, such as a file's name: the library does that with flags
    /// that it does not know. Behind a lone <c>--</c> such words are meant.
    /// </summary>
    public static string? StrayFlag(ParseResult parsed) =>
        parsed
            .Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token =>
                token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal)
            )
            ?.Value;

    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = $"sillage {PathOf(command)}--help";
        if ((StrayFlag(parsed) ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null)) is not { } unknown)
        {
            return $"{parsed.Errors[0].Message} See {help}.";
        }

        if (unknown.StartsWith('-'))
        {
            var flags = command.Options.SelectMany(option => option.Aliases.Prepend(option.Name));
            return $"unknown flag '{unknown}'{NearestName.Hint(unknown, flags)} See {help}.";
        }

        return command.Subcommands.Count > 0
            ? $"unknown verb '{unknown}'{NearestName.Hint(unknown, command.Subcommands.Select(verb => verb.Name))} See {help}."
            : $"'{command.Name}' does not take '{unknown}'. See {help}.";
    }

    // A verb may lie within another: sillage traces import.
    private static string PathOf(Command command) =>
        command is RootCommand ? "" : $"{PathOf(command.Parents.OfType<Command>().First())}{command.Name} ";
}
