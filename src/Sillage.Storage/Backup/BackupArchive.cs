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
    private readonly LeftOut _leftOut;
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
        _leftOut = new LeftOut(_registrations);
        _options = options.Value;
        _clock = clock;
        _logger = loggers.CreateLogger(StorageMetrics.Name);
    }

    // The engine's own messages do not say whose they are: a name that is not known could be anybody's.
    private string OfEngine => Engine == SqlDialect.Postgres ? " from PostgreSQL" : "";

    private SqlDialect Engine => _options.Postgres is null ? SqlDialect.Sqlite : SqlDialect.Postgres;

    /// <summary>
    /// Backs up every module that has data, of one moment, into a file that only its owner may read (mode 0600). The file
    /// appears under its name when it is complete.
    /// </summary>
    /// <param name="file">The file to write.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <param name="progress">Hears how far it has come; may be null.</param>
    /// <param name="ct">Ends it early, without a file.</param>
    /// <exception cref="BackupException">It cannot be done; nothing was written.</exception>
    public async Task<BackupSummary> CreateAsync(
        string file,
        bool overwrite,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        var target = Path.GetFullPath(file);
        if (!overwrite && File.Exists(target))
        {
            throw new BackupException($"{target} exists already. Choose another name, or replace it with --overwrite.");
        }

        // The parts beside the target: where the backup finds room, they do.
        return await CreateAsync(target, target, () => new BackupWriter(target), overwrite, progress, ct);
    }

    /// <summary>
    /// Backs up into a stream, so that a program which encrypts can have it and no file of it is ever in the clear. Only if this
    /// returns is it complete: what was cut short is refused by a restore. On SQLite the parts are unpacked in the data folder meanwhile.
    /// </summary>
    /// <param name="output">Where to write; need not be seekable, and stays open.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="BackupException">It cannot be done.</exception>
    public Task<BackupSummary> WriteAsync(Stream output, CancellationToken ct)
    {
        var parts = Path.Combine(Path.GetFullPath(_options.Data), "backup");
        return CreateAsync("-", parts, () => new BackupWriter(output), false, null, ct);
    }

    private async Task<BackupSummary> CreateAsync(
        string target,
        string parts,
        Func<BackupWriter> open,
        bool overwrite,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        try
        {
            using var writer = open();
            var manifest =
                Engine == SqlDialect.Sqlite
                    ? await PackSqliteAsync(parts, writer, progress, ct)
                    : await PackPostgresAsync(_options.Postgres!, writer, progress, ct);
            var length = await writer.CompleteAsync(manifest, overwrite, ct);
            return Summary(target, manifest, length, null);
        }
        catch (Exception exception) when (IsOfTheSystem(exception))
        {
            throw new BackupException(
                $"The backup {target} could not be made{OfEngine}: {exception.Message}",
                exception
            );
        }
    }

    /// <summary>
    /// Puts a backup in the place of the data there is. Everything is verified first: the file, its hashes, the engine,
    /// the migrations, each database's integrity. What was there before is kept (<see cref="BackupSummary.KeptAt"/>).
    /// </summary>
    /// <param name="file">The backup.</param>
    /// <param name="progress">Hears how far it has come; may be null.</param>
    /// <param name="ct">Ends it early, as long as nothing is replaced yet.</param>
    /// <exception cref="BackupException">It cannot be restored; nothing was touched.</exception>
    /// <exception cref="DataFolderInUseException">A server runs on the data folder.</exception>
    public async Task<BackupSummary> RestoreAsync(
        string file,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        var source = Path.GetFullPath(file);
        using var reader = await BackupReader.OpenAsync(source, ct);
        reader.CheckFits(Engine, _registrations);
        try
        {
            var kept =
                Engine == SqlDialect.Sqlite
                    ? await RestoreSqliteAsync(reader, progress, ct)
                    : await RestorePostgresAsync(_options.Postgres!, reader, progress, ct);
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
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="BackupException">It could not be restored here; the message says why.</exception>
    public async Task<BackupSummary> VerifyAsync(string file, IProgress<BackupProgress>? progress, CancellationToken ct)
    {
        var source = Path.GetFullPath(file);
        using var reader = await BackupReader.OpenAsync(source, ct);
        reader.CheckFits(Engine, _registrations);
        try
        {
            if (Engine == SqlDialect.Sqlite)
            {
                Mapping.DapperMapping.Register();
                var beside = Path.GetDirectoryName(source)!;
                var unpacked = await SqliteRestore.StageAsync(reader, beside, progress, ct);
                Directory.Delete(unpacked, recursive: true);
            }
            else
            {
                await VerifyEntriesAsync(reader, progress, ct);
            }

            return Summary(source, reader.Manifest, new FileInfo(source).Length, null);
        }
        catch (Exception exception) when (IsOfTheSystem(exception))
        {
            throw new BackupException($"The backup {source} could not be verified: {exception.Message}", exception);
        }
    }

    /// <summary>Reads what a backup says of itself, which is quick; whether the rest is sound, <see cref="VerifyAsync"/> finds.</summary>
    /// <exception cref="BackupException">It is no backup, or its head is damaged.</exception>
    public static async Task<BackupSummary> DescribeAsync(string file, CancellationToken ct)
    {
        var source = Path.GetFullPath(file);
        using var reader = await BackupReader.OpenAsync(source, ct);
        return Summary(source, reader.Manifest, new FileInfo(source).Length, null);
    }

    /// <summary>Whether the disk, the network or the engine is the trouble, which the message then tells in one line.</summary>
    private static bool IsOfTheSystem(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NpgsqlException or SqliteException;

    private async Task<BackupManifest> PackSqliteAsync(
        string parts,
        BackupWriter writer,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        var folder = Path.GetFullPath(_options.Data);
        if (SqliteBackup.Files(folder).Count == 0)
        {
            throw new BackupException($"There is nothing to back up in the data folder {folder}.");
        }

        Mapping.DapperMapping.Register();
        var copies = DataFolder.Create($"{parts}.{Guid.CreateVersion7():N}.copies");
        try
        {
            using var backup = new SqliteBackup(folder, _clock);
            var at = backup.Snapshot();
            var modules = new List<BackupModule>();
            foreach (var (files, module) in await backup.CopyAsync(copies, _leftOut, progress, ct))
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
                            ct
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
        CancellationToken ct
    )
    {
        await using var backup = await PostgresBackup.StartAsync(connectionString, _leftOut, ct);
        var at = _clock.GetUtcNow();
        var modules = await backup.PackAsync(writer, progress, ct);
        return modules.Count > 0
            ? Manifest(at, modules)
            : throw new BackupException("There is nothing to back up in the PostgreSQL database.");
    }

    private async Task<string> RestoreSqliteAsync(
        BackupReader reader,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        Mapping.DapperMapping.Register();
        using var folder = DataFolder.Take(_options.Data);
        SqliteRestore.Finish(folder.Path);
        var staging = await SqliteRestore.StageAsync(reader, folder.Path, progress, ct);
        // Backups of older versions have them.
        _leftOut.RemoveFrom(staging);
        SqliteSurvivors.Merge(folder.Path, staging, _registrations);
        return SqliteRestore.Replace(folder.Path, staging, _clock.GetUtcNow());
    }

    private async Task<string> RestorePostgresAsync(
        string connectionString,
        BackupReader reader,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        await VerifyEntriesAsync(reader, progress, ct);
        var restore = new PostgresRestore(connectionString, _registrations, _leftOut, _clock, _logger);
        return await restore.RestoreAsync(reader, progress, ct);
    }

    private static async Task VerifyEntriesAsync(
        BackupReader reader,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        foreach (var entry in reader.Manifest.Modules.SelectMany(module => module.Entries))
        {
            await reader.CopyAsync(
                entry,
                Stream.Null,
                done => progress?.Report(new BackupProgress("verify", entry.Path, done, entry.Length)),
                ct
            );
        }
    }

    private BackupManifest Manifest(DateTimeOffset at, IReadOnlyList<BackupModule> modules) =>
        new(BackupManifest.CurrentFormat, ProgramVersion.Current, Engine, at, modules);

    private static BackupSummary Summary(string file, BackupManifest manifest, long? length, string? kept) =>
        new(file, manifest.CreatedAt, length, [.. manifest.Modules.Select(module => module.Name)], kept);
}
