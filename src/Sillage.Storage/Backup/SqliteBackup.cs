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
    private readonly List<(string Module, SqliteSession Session)> _snapshots = [];

    /// <summary>The names of the modules that have a file in the folder.</summary>
    public static IReadOnlyList<string> Modules(string folder) =>
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
        var modules = Modules(_folder);
        var writers = new List<SqliteSession>();
        try
        {
            foreach (var module in modules)
            {
                var writer = SqliteSession.OpenWriter(SqliteDatabase.PathIn(_folder, module));
                writers.Add(writer);
                TakeWriteLock(writer, module);
            }

            foreach (var module in modules)
            {
                var session = SqliteSession.OpenReader(SqliteDatabase.PathIn(_folder, module));
                _snapshots.Add((module, session));
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

    /// <summary>Copies the snapshots into another folder and checks each copy.</summary>
    public async Task<IReadOnlyList<(string File, BackupModule Module)>> CopyAsync(
        string target,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var copies = new List<(string, BackupModule)>();
        foreach (var (module, session) in _snapshots)
        {
            var file = Path.Combine(target, $"{module}.db");
            Copy(session, file, module, progress, cancellationToken);
            var migrations = await CheckAsync(file, module, cancellationToken);
            copies.Add((file, new BackupModule(module, migrations, [], [])));
        }

        return copies;
    }

    /// <summary>Checks a file's integrity.</summary>
    /// <returns>The migrations that it has applied.</returns>
    /// <exception cref="BackupException">It is damaged.</exception>
    public static async Task<IReadOnlyList<AppliedMigration>> CheckAsync(
        string file,
        string module,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var session = SqliteSession.OpenReader(file);
            var check = session.Prepare("PRAGMA integrity_check");
            if (!check.Step() || !check.GetBytes(0).SequenceEqual("ok"u8))
            {
                throw new BackupException($"The database {module} is damaged (PRAGMA integrity_check).");
            }

            check.Reset();
            return await Migrator.ReadAppliedAsync(session.Connection, null, cancellationToken);
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

        _snapshots.Clear();
    }

    /// <summary>
    /// A busy server holds the lock but for a few microseconds between one group and the next. SQLite's own busy handler
    /// sleeps for milliseconds and would miss every gap; trying without pause finds one.
    /// </summary>
    private static void TakeWriteLock(SqliteSession writer, string module)
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
                throw new BackupException($"The database {module} is too busy to be backed up now. Try again later.");
            }

            // Never the form that sleeps for a millisecond.
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static void Copy(
        SqliteSession source,
        string file,
        string module,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
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
            cancellationToken.ThrowIfCancellationRequested();
            code = raw.sqlite3_backup_step(backup, PagesPerStep);
            SqliteErrors.Check(code, destination.Handle!);
            var total = raw.sqlite3_backup_pagecount(backup);
            progress?.Report(new BackupProgress("copy", module, total - raw.sqlite3_backup_remaining(backup), total));
        } while (code == raw.SQLITE_OK);
    }
}
