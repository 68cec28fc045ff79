namespace Sillage.Hosting.Verbs;

/// <summary>What the program says to the shell.</summary>
public static class ExitCode
{
    /// <summary>It was done.</summary>
    public const int Done = 0;

    /// <summary>A defect; the error output has its stack trace.</summary>
    public const int Unexpected = 1;

    /// <summary>Something that can be expected went wrong; one line on the error output says what and what to do.</summary>
    public const int Expected = 2;

    /// <summary>It was done, save for rows that could not be taken.</summary>
    public const int SomeBad = 3;

    /// <summary>There were rows, and none of them could be taken.</summary>
    public const int AllBad = 4;

    /// <summary>What to say of an import.</summary>
    /// <param name="bad">Rows that could not be taken.</param>
    /// <param name="good">Rows that were, or were there already.</param>
    public static int OfRows(long bad, long good) =>
        bad == 0 ? Done
        : good > 0 ? SomeBad
        : AllBad;
}
