namespace Sillage.CommandLine;

/// <summary>What the program says to the shell. Anything unexpected is 1, by the runtime itself, with its stack trace.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Something that can be expected went wrong; one line on the error output says what and what to do.</summary>
    public const int Expected = 2;
}
