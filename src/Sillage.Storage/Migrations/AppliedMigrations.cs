namespace Sillage.Storage.Migrations;

/// <summary>A script that a database has applied.</summary>
internal sealed record AppliedMigration(string Owner, long Number, string Name, string Checksum);

/// <summary>Compares what a database has applied with what the program has.</summary>
internal static class AppliedMigrations
{
    /// <summary>The first script that is not applied yet, or null.</summary>
    public static (string Owner, Migration Script)? Next(
        IReadOnlyList<AppliedMigration> applied,
        IReadOnlyList<MigrationSet> sets
    )
    {
        foreach (var set in sets)
        {
            var next = set.Scripts.FirstOrDefault(script =>
                !applied.Any(row => row.Owner == set.Owner && row.Number == script.Number)
            );
            if (next is not null)
            {
                return (set.Owner, next);
            }
        }

        return null;
    }

    /// <summary>Refuses a database whose history is not this program's.</summary>
    /// <param name="database">What to call it.</param>
    /// <param name="applied">The scripts that it has applied.</param>
    /// <param name="sets">The scripts that this program has.</param>
    /// <param name="program">The version that wrote the database, if that is known.</param>
    /// <exception cref="MigrationException">A script was altered, is missing, or is newer than this program.</exception>
    public static void Verify(
        string database,
        IReadOnlyList<AppliedMigration> applied,
        IReadOnlyList<MigrationSet> sets,
        string? program
    )
    {
        foreach (var row in applied)
        {
            var scripts = sets.FirstOrDefault(set => set.Owner == row.Owner)?.Scripts ?? [];
            VerifyRow(database, row, scripts, program);
        }

        foreach (var set in sets)
        {
            VerifyOrder(database, applied, set);
        }
    }

    private static void VerifyRow(
        string database,
        AppliedMigration row,
        IReadOnlyList<Migration> scripts,
        string? program
    )
    {
        var script = scripts.FirstOrDefault(candidate => candidate.Number == row.Number);
        if (script is null)
        {
            throw new MigrationException(
                row.Number > scripts.Select(candidate => candidate.Number).DefaultIfEmpty().Max()
                    ? $"The database {database} is newer than this program: it has applied {Label(row)}. It was written by Sillage {program ?? "of a later version"}, and this is Sillage {ProgramVersion.Current}: run the program that wrote it, or a later one."
                    : $"The database {database} has applied {Label(row)}, which this program does not have. Migrations are append-only: put the script back."
            );
        }

        if (script.Checksum != row.Checksum)
        {
            throw new MigrationException(
                $"The migration {Label(row)} was altered after the database {database} had applied it. Migrations are append-only: put the script back and add a new one."
            );
        }
    }

    private static void VerifyOrder(string database, IReadOnlyList<AppliedMigration> applied, MigrationSet set)
    {
        var rows = applied.Where(row => row.Owner == set.Owner).ToArray();
        var late = set.Scripts.FirstOrDefault(script =>
            rows.All(row => row.Number != script.Number) && rows.Any(row => row.Number > script.Number)
        );
        if (late is not null)
        {
            throw new MigrationException(
                $"The migration {late.Number:0000}_{late.Name} of {set.Owner} comes before one that the database {database} has applied. Give it the next free number."
            );
        }
    }

    private static string Label(AppliedMigration row) => $"{row.Number:0000}_{row.Name} of {row.Owner}";
}
