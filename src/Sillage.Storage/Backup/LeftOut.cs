using Sillage.Storage.Sqlite;

namespace Sillage.Storage.Backup;

/// <summary>The tables whose rows are in no backup (<see cref="ModuleRegistration.LeftOut"/>).</summary>
internal sealed class LeftOut(IEnumerable<ModuleRegistration> registrations)
{
    private readonly Dictionary<string, IReadOnlyList<string>> _tables = registrations
        .Where(registration => registration.LeftOut.Count > 0)
        .ToDictionary(registration => registration.Name, registration => registration.LeftOut, StringComparer.Ordinal);

    /// <summary>Whether a table is one of them.</summary>
    public bool Has(string module, string? table) =>
        table is not null && _tables.TryGetValue(module, out var tables) && tables.Contains(table);

    /// <summary>Takes their rows out of the files in a folder, so that no byte of them is left.</summary>
    public void RemoveFrom(string folder)
    {
        foreach (var (module, tables) in _tables)
        {
            var file = SqliteFiles.PathIn(folder, module);
            if (!File.Exists(file))
            {
                continue;
            }

            // Closing it folds its log in, so that the one file is all there is.
            using var session = SqliteSession.OpenWriter(new SqliteFiles(file));
            session.Execute("PRAGMA secure_delete = ON");
            session.Execute(string.Join("; ", tables.Select(table => $"DELETE FROM {table}")));
        }
    }
}
