using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Sillage.Storage.Migrations;
using Sillage.Storage.Sqlite;
using SQLitePCL;

namespace Sillage.Storage.Backup;

/// <summary>
/// Copies every file of a data folder as of one moment, while a server may go on writing: for an instant all writers
/// wait while a snapshot of each file is opened; the copies are then made from the snapshots.
/// </summary>
internal sealed class SqliteBackup(string folder, TimeProvider clock) : IDisposable
{
    private const int PagesPerStep = 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly string _folder = folder;
    private readonly TimeProvider _clock = clock;
    private readonly List<(string File, SqliteSession Session)> _snapshots = [];

    /// <summary>The names of the databases in the folder, without the ending: a module's own before its companion's.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        Directory.Exists(folder)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder, "*.db")
                    .Select(file => Path.GetFileNameWithoutExtension(file)!)
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    /// <summary>Opens the snapshots.</summary>
    /// <returns>The moment that they show.</returns>
    public DateTimeOffset Snapshot()
    {
        var files = Files(_folder);
        var writers = new List<SqliteSession>();
        try
        {
            // In the order in which a commit takes them, or the two would wait for one another.
            foreach (var file in files)
            {
                var writer = SqliteSession.OpenWriter(new SqliteFiles(SqliteFiles.PathIn(_folder, file)));
                writers.Add(writer);
                TakeWriteLock(writer, file);
            }

            foreach (var file in files)
            {
                var session = SqliteSession.OpenReader(new SqliteFiles(SqliteFiles.PathIn(_folder, file)));
                _snapshots.Add((file, session));
                // The first read is what fixes the snapshot.
                session.Execute("BEGIN; SELECT count(*) FROM sqlite_schema");
            }

            return _clock.GetUtcNow();
        }
        finally
        {
            foreach (var writer in writers)
            {
                writer.Rollback();
                writer.Dispose();
            }
        }
    }

    /// <summary>Copies the snapshots into another folder, under the same names, and checks each copy.</summary>
    /// <returns>The modules, each with its files.</returns>
    public async Task<IReadOnlyList<(IReadOnlyList<string> Files, BackupModule Module)>> CopyAsync(
        string target,
        LeftOut leftOut,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        foreach (var (file, session) in _snapshots)
        {
            Copy(session, SqliteFiles.PathIn(target, file), file, progress, ct);
        }

        leftOut.RemoveFrom(target);

        var copies = new List<(IReadOnlyList<string>, BackupModule)>();
        foreach (var module in _snapshots.Select(snapshot => snapshot.File).GroupBy(ModuleOf))
        {
            var migrations = await CheckAsync(target, module.Key, [.. module], ct);
            copies.Add(([.. module], new BackupModule(module.Key, migrations, [], [])));
        }

        return copies;
    }

    /// <summary>The module that a file belongs to: what its name begins with.</summary>
    public static string ModuleOf(string file) => file.Split('.')[0];

    /// <summary>Checks the integrity of a module's files.</summary>
    /// <returns>The migrations that the module has applied.</returns>
    /// <exception cref="BackupException">One is damaged, or the module's own is missing.</exception>
    public static async Task<IReadOnlyList<AppliedMigration>> CheckAsync(
        string folder,
        string module,
        IReadOnlyList<string> files,
        CancellationToken ct
    )
    {
        try
        {
            foreach (var file in files)
            {
                using var session = SqliteSession.OpenReader(new SqliteFiles(SqliteFiles.PathIn(folder, file)));
                var check = session.Prepare("PRAGMA integrity_check");
                if (!check.Step() || !check.GetBytes(0).SequenceEqual("ok"u8))
                {
                    throw new BackupException($"The database {file} is damaged (PRAGMA integrity_check).");
                }
            }

            using var own = SqliteSession.OpenReader(new SqliteFiles(SqliteFiles.PathIn(folder, module)));
            return await Migrator.ReadAppliedAsync(own.Connection, null, ct);
        }
        catch (SqliteException exception)
        {
            throw new BackupException($"The database {module} cannot be read: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        foreach (var (_, session) in _snapshots)
        {
            session.Rollback();
            session.Dispose();
        }

        foreach (var (file, _) in _snapshots)
        {
            RemoveLog(file);
        }

        _snapshots.Clear();
    }

    /// <summary>Where no server runs the readers were last, and leave a log that only who may write folds in and removes.</summary>
    private void RemoveLog(string file)
    {
        try
        {
            SqliteSession.OpenWriter(new SqliteFiles(SqliteFiles.PathIn(_folder, file))).Dispose();
        }
        catch (SqliteException)
        {
            // The copy is made; the next start does it.
        }
    }

    /// <summary>
    /// A busy server holds the lock but for a few microseconds between one group and the next. SQLite's own busy handler
    /// sleeps for milliseconds and would miss every gap; trying without pause finds one.
    /// </summary>
    private static void TakeWriteLock(SqliteSession writer, string name)
    {
        writer.Execute("PRAGMA busy_timeout = 0");
        var started = Stopwatch.GetTimestamp();
        var spin = new SpinWait();
        while (raw.sqlite3_exec(writer.Handle, "BEGIN IMMEDIATE") is var code && code != raw.SQLITE_OK)
        {
            if (code != raw.SQLITE_BUSY)
            {
                SqliteErrors.Check(code, writer.Handle);
            }

            if (Stopwatch.GetElapsedTime(started) > LongestWait)
            {
                throw new BackupException($"The database {name} is too busy to be backed up now. Try again later.");
            }

            // Never the form that sleeps for a millisecond.
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static void Copy(
        SqliteSession source,
        string file,
        string name,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        DataFolder.CreatePrivateFile(file);
        var text = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false };
        using var destination = new SqliteConnection(text.ToString());
        destination.Open();
        // The copy is packed and thrown away: it need not survive a power cut.
        SqliteErrors.Check(raw.sqlite3_exec(destination.Handle, "PRAGMA synchronous = OFF"), destination.Handle!);
        using var backup = raw.sqlite3_backup_init(destination.Handle, "main", source.Handle, "main");
        int code;
        do
        {
            ct.ThrowIfCancellationRequested();
            code = raw.sqlite3_backup_step(backup, PagesPerStep);
            SqliteErrors.Check(code, destination.Handle!);
            var total = raw.sqlite3_backup_pagecount(backup);
            progress?.Report(new BackupProgress("copy", name, total - raw.sqlite3_backup_remaining(backup), total));
        } while (code == raw.SQLITE_OK);
    }
}
