namespace Sillage.Storage;

/// <summary>
/// The one table of a database whose rows outlive a restore: what is here is added to what the backup has, and stays if the
/// backup knows nothing of the table.
/// </summary>
/// <param name="Name">The table.</param>
/// <param name="Create">The script that makes it.</param>
/// <param name="Columns">All its columns; the primary key decides which rows are the same.</param>
/// <param name="AfterRestore">What is done to the rows then, in the step that puts them in their place.</param>
public sealed record SurvivingTable(string Name, Sql Create, IReadOnlyList<string> Columns, string AfterRestore)
{
    /// <summary>Scripts that came after the first, numbered from 2 up: other tables, which a restore does replace.</summary>
    public IReadOnlyList<Sql> Later { get; init; } = [];

    /// <summary>Adds the rows of one place to those of another that have other keys.</summary>
    internal string Merge(string from, string to)
    {
        var columns = string.Join(", ", Columns);
        // "WHERE true" keeps SQLite's parser from taking ON for a join's.
        return $"INSERT INTO {to}.{Name} ({columns}) SELECT {columns} FROM {from}.{Name} WHERE true ON CONFLICT DO NOTHING";
    }
}
