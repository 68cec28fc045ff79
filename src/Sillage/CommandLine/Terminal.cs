using Spectre.Console;

namespace Sillage.CommandLine;

/// <summary>The terminal: colours only where somebody sees them, and lines broken by the terminal alone, so that links stay whole.</summary>
internal static class Terminal
{
    public static IAnsiConsole Create()
    {
        var plain = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect }
        );
        console.Profile.Width = 4096;
        return console;
    }
}
