namespace Sillage.Storage;

/// <summary>
/// A table of PostgreSQL's whose rows a move from SQLite does not find in a table of the same name and columns. All others move by themselves.
/// </summary>
/// <param name="Name">The table on PostgreSQL.</param>
/// <param name="Of">The tables on SQLite that are used up by it and have no like on PostgreSQL.</param>
public sealed record MovedTable(string Name, params IReadOnlyList<string> Of)
{
    /// <summary>
    /// The query on SQLite that its rows are made of: the columns of PostgreSQL by name, in one order every time. Null if there is a table to read.
    /// </summary>
    public string? Select { get; init; }

    /// <summary>What a text becomes where the column is a <c>tsvector</c>: the text of one.</summary>
    public Func<string, string>? Vector { get; init; }

    /// <summary>The query on SQLite for the last number that was given out, where it stands apart.</summary>
    public string? Last { get; init; }

    /// <summary>A table that only PostgreSQL has, and which begins empty.</summary>
    public static MovedTable Empty(string name) => new(name);
}
