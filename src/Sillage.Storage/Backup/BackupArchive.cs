using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Sillage.Storage.Sqlite;

namespace Sillage.Storage.Backup;

/// <summary>
/// Makes a consistent copy of every module's data in one file, while servers go on writing, and puts it back. Resolve it
/// from a provider with the modules registered; nothing need be started.
/// </summary>
public sealed class BackupArchive
{
    private readonly IReadOnlyCollection<ModuleRegistration> _registrations;
    private readonly StorageOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    internal BackupArchive(
        IEnumerable<ModuleRegistration> registrations,
        IOptions<StorageOptions> options,
        TimeProvider clock,
        ILoggerFactory loggers
    )
    {
        _registrations = [.. registrations];
        _options = options.Value;
        _clock = clock;
        _logger = loggers.CreateLogger(StorageMetrics.Name);
    }

    private SqlDialect Engine => _options.Postgres is null ? SqlDialect.Sqlite : SqlDialect.Postgres;

    /// <summary>
    /// Backs up every module that has data, of one moment, into a file that only its owner may read (mode 0600). The file
    /// appears under its name when it is complete.
    /// </summary>
    /// <param name="file">The file to write.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <param name="progress">Hears how far it has come; may be null.</param>
    /// <param name="cancellationToken">Ends it early, without a file.</param>
    /// <exception cref="BackupException">It cannot be done; nothing was written.</exception>
    public async Task<BackupSummary> CreateAsync(
        string file,
        bool overwrite,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var target = Path.GetFullPath(file);
        if (!overwrite && File.Exists(target))
        {
            throw new BackupException($"{target} exists already. Choose another name, or replace it with --overwrite.");
        }

        try
        {
            using var writer = new BackupWriter(target);
            var manifest =
                Engine == SqlDialect.Sqlite
                    ? await PackSqliteAsync(target, writer, progress, cancellationToken)
                    : await PackPostgresAsync(_options.Postgres!, writer, progress, cancellationToken);
            var length = await writer.CompleteAsync(manifest, overwrite, cancellationToken);
            return Summary(target, manifest, length, null);
        }
        catch (Exception exception) when (IsOfTheSystem(exception))
        {
            throw new BackupException($"The backup {target} could not be made: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Puts a backup in the place of the data there is. Everything is verified first: the file, its hashes, the engine,
    /// the migrations, each database's integrity. What was there before is kept (<see cref="BackupSummary.KeptAt"/>).
    /// </summary>
    /// <param name="file">The backup.</param>
    /// <param name="progress">Hears how far it has come; may be null.</param>
    /// <param name="cancellationToken">Ends it early, as long as nothing is replaced yet.</param>
    /// <exception cref="BackupException">It cannot be restored; nothing was touched.</exception>
    /// <exception cref="DataFolderInUseException">A server runs on the data folder.</exception>
    public async Task<BackupSummary> RestoreAsync(
        string file,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var source = Path.GetFullPath(file);
        using var reader = await BackupReader.OpenAsync(source, cancellationToken);
        reader.CheckFits(Engine, _registrations);
        try
        {
            var kept =
                Engine == SqlDialect.Sqlite
                    ? await RestoreSqliteAsync(reader, progress, cancellationToken)
                    : await RestorePostgresAsync(_options.Postgres!, reader, progress, cancellationToken);
            return Summary(source, reader.Manifest, new FileInfo(source).Length, kept);
        }
        catch (Exception exception) when (IsOfTheSystem(exception))
        {
            throw new BackupException($"The backup {source} could not be restored: {exception.Message}", exception);
        }
    }

    /// <summary>Verifies a backup as a restore would, and changes nothing.</summary>
    /// <param name="file">The backup; SQLite's files are unpacked beside it for the time of the check.</param>
    /// <param name="progress">Hears how far it has come; may be null.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="BackupException">It could not be restored here; the message says why.</exception>
    public async Task<BackupSummary> VerifyAsync(
        string file,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var source = Path.GetFullPath(file);
        using var reader = await BackupReader.OpenAsync(source, cancellationToken);
        reader.CheckFits(Engine, _registrations);
        try
        {
            if (Engine == SqlDialect.Sqlite)
            {
                Mapping.DapperMapping.Register();
                var beside = Path.GetDirectoryName(source)!;
                var unpacked = await SqliteRestore.StageAsync(reader, beside, progress, cancellationToken);
                Directory.Delete(unpacked, recursive: true);
            }
            else
            {
                await VerifyEntriesAsync(reader, progress, cancellationToken);
            }

            return Summary(source, reader.Manifest, new FileInfo(source).Length, null);
        }
        catch (Exception exception) when (IsOfTheSystem(exception))
        {
            throw new BackupException($"The backup {source} could not be verified: {exception.Message}", exception);
        }
    }

    /// <summary>Whether the disk, the network or the engine is the trouble, which the message then tells in one line.</summary>
    private static bool IsOfTheSystem(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NpgsqlException or SqliteException;

    private async Task<BackupManifest> PackSqliteAsync(
        string target,
        BackupWriter writer,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var folder = Path.GetFullPath(_options.Data);
        if (SqliteBackup.Files(folder).Count == 0)
        {
            throw new BackupException($"There is nothing to back up in the data folder {folder}.");
        }

        Mapping.DapperMapping.Register();
        // Beside the target: where the backup finds room, its parts do.
        var copies = DataFolder.Create($"{target}.{Guid.CreateVersion7():N}.copies");
        try
        {
            using var backup = new SqliteBackup(folder, _clock);
            var at = backup.Snapshot();
            var modules = new List<BackupModule>();
            foreach (var (files, module) in await backup.CopyAsync(copies, progress, cancellationToken))
            {
                var entries = new List<BackupEntry>();
                foreach (var file in files)
                {
                    await using var content = File.OpenRead(SqliteFiles.PathIn(copies, file));
                    entries.Add(
                        await writer.AddAsync(
                            $"{file}.db",
                            content,
                            done => progress?.Report(new BackupProgress("pack", file, done, content.Length)),
                            cancellationToken
                        )
                    );
                }

                modules.Add(module with { Entries = entries });
            }

            return Manifest(at, modules);
        }
        finally
        {
            Directory.Delete(copies, recursive: true);
        }
    }

    private async Task<BackupManifest> PackPostgresAsync(
        string connectionString,
        BackupWriter writer,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        await using var backup = await PostgresBackup.StartAsync(connectionString, cancellationToken);
        var at = _clock.GetUtcNow();
        var modules = await backup.PackAsync(writer, progress, cancellationToken);
        return modules.Count > 0
            ? Manifest(at, modules)
            : throw new BackupException("There is nothing to back up in the PostgreSQL database.");
    }

    private async Task<string> RestoreSqliteAsync(
        BackupReader reader,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        Mapping.DapperMapping.Register();
        using var folder = DataFolder.Take(_options.Data);
        SqliteRestore.Finish(folder.Path);
        var staging = await SqliteRestore.StageAsync(reader, folder.Path, progress, cancellationToken);
        SqliteSurvivors.Merge(folder.Path, staging, _registrations);
        return SqliteRestore.Replace(folder.Path, staging, _clock.GetUtcNow());
    }

    private async Task<string> RestorePostgresAsync(
        string connectionString,
        BackupReader reader,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        await VerifyEntriesAsync(reader, progress, cancellationToken);
        var restore = new PostgresRestore(connectionString, _registrations, _clock, _logger);
        return await restore.RestoreAsync(reader, progress, cancellationToken);
    }

    private static async Task VerifyEntriesAsync(
        BackupReader reader,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        foreach (var entry in reader.Manifest.Modules.SelectMany(module => module.Entries))
        {
            await reader.CopyAsync(
                entry,
                Stream.Null,
                done => progress?.Report(new BackupProgress("verify", entry.Path, done, entry.Length)),
                cancellationToken
            );
        }
    }

    private BackupManifest Manifest(DateTimeOffset at, IReadOnlyList<BackupModule> modules) =>
        new(BackupManifest.CurrentFormat, BackupManifest.ThisProgram, Engine, at, modules);

    private static BackupSummary Summary(string file, BackupManifest manifest, long length, string? kept) =>
        new(file, manifest.CreatedAt, length, [.. manifest.Modules.Select(module => module.Name)], kept);
}
