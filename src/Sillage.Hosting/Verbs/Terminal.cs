using Spectre.Console;

namespace Sillage.Hosting.Verbs;

/// <summary>The terminal: colours only where somebody sees them, and lines broken by the terminal alone, so that links stay whole.</summary>
public static class Terminal
{
    /// <summary>A console on the standard output.</summary>
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
