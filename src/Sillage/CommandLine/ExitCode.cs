namespace Sillage.CommandLine;

/// <summary>What the program says to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A defect; the error output has its stack trace.</summary>
    public const int Unexpected = 1;

    /// <summary>Something that can be expected went wrong; one line on the error output says what and what to do.</summary>
    public const int Expected = 2;
}
