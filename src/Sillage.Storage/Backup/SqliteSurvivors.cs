using Sillage.Storage.Sqlite;

namespace Sillage.Storage.Backup;

/// <summary>Puts the rows that outlive a restore among the files that are made ready to replace those that are there.</summary>
internal static class SqliteSurvivors
{
    private const string Present = "present";

    /// <summary>Adds to the staged files; nothing is in effect yet.</summary>
    public static void Merge(string folder, string staging, IEnumerable<ModuleRegistration> registrations)
    {
        foreach (var registration in registrations)
        {
            if (registration.Survivor is not { } table)
            {
                continue;
            }

            var present = SqliteFiles.PathIn(folder, registration.Name);
            var staged = SqliteFiles.PathIn(staging, registration.Name);
            if (File.Exists(staged))
            {
                Add(table, File.Exists(present) ? present : null, staged);
            }
            else if (File.Exists(present))
            {
                Copy(present, staged);
                Add(table, null, staged);
            }
        }
    }

    private static void Copy(string present, string staged)
    {
        DataFolder.CreatePrivateFile(staged);
        using var session = SqliteSession.OpenWriter(new SqliteFiles(present));
        session.Prepare("VACUUM INTO ?1").BindText(1, staged).Run();
    }

    private static void Add(SurvivingTable table, string? present, string staged)
    {
        // Closing it folds its log in, so that the one file is all there is.
        using var session = SqliteSession.OpenWriter(new SqliteFiles(staged));
        if (present is not null)
        {
            session.Attach(present, Present);
        }

        session.Execute("BEGIN");
        if (present is not null)
        {
            session.Execute(table.Merge(Present, "main"));
        }

        session.Execute(table.AfterRestore);
        session.Execute("COMMIT");
    }
}
