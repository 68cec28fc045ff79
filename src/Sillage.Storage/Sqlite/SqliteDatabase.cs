using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sillage.Storage.Mapping;

namespace Sillage.Storage.Sqlite;

/// <summary>A module's file: one writer, many readers.</summary>
internal sealed class SqliteDatabase(
    ModuleRegistration registration,
    string folder,
    StorageMetrics metrics,
    TimeProvider clock,
    ILogger logger
) : ModuleDatabase(registration)
{
    // Writers get most of the time while a large file is gone through.
    private static readonly TimeSpan BetweenPieces = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WhileReadersRead = TimeSpan.FromSeconds(1);

    private readonly SqliteFiles _files = SqliteFiles.In(folder, registration);
    private readonly StorageMetrics _metrics = metrics;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;
    private SqliteWriter? _writer;
    private SqliteReaders? _readers;

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public override async Task OpenAsync(CancellationToken ct)
    {
        DapperMapping.Register();
        try
        {
            using (var session = SqliteSession.OpenWriter(_files))
            {
                var migrator = new SqliteMigrator(session, Name, _clock, _logger);
                Upgrade = await migrator.ApplyAsync(Registration.AllMigrations(Dialect), ct);
                CheckCompanion(session);
            }

            _readers = new SqliteReaders(_files);
            _writer = new SqliteWriter(
                Name,
                _files,
                new UnitRecorder(_clock, Published.Set, Work.Set),
                _metrics,
                _logger
            );
        }
        catch (SqliteException exception) when (SqliteErrors.EndsTransaction(exception))
        {
            throw SqliteErrors.Unavailable(exception, _files.Path);
        }
        catch (SqliteException exception)
        {
            throw new DatabaseUnreadableException(_files.Path, exception);
        }
    }

    public override Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken ct) =>
        WriteItem.Current.Value is { IsRunning: true }
            ? throw new InvalidOperationException(
                "A unit of work asked for a read of its own. Read through the unit, or before it."
            )
            : (_readers ?? throw NotOpen()).ReadAsync(read, ct);

    public override Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct) =>
        (_writer ?? throw NotOpen()).WriteAsync(work, ct);

    public override async Task WipeDeletedAsync(CancellationToken ct)
    {
        string[] schemas = _files.Companion is { } companion ? ["main", companion] : ["main"];
        foreach (var schema in schemas)
        {
            var wipe = new SqliteWipe(schema);
            while (!wipe.IsDone)
            {
                var went = await (_writer ?? throw NotOpen()).RunBetweenAsync(wipe.DoNext, ct);
                await Task.Delay(went ? BetweenPieces : WhileReadersRead, _clock, ct);
            }
        }
    }

    /// <summary>The lock on the data folder stands for it already.</summary>
    public override Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken ct) =>
        Task.FromResult<IAsyncDisposable?>(NoLease.Instance);

    public override ValueTask DisposeAsync()
    {
        // The writer last: whoever closes a file last folds its log in and removes it, and a reader may not.
        _readers?.Dispose();
        _writer?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Scripts that are recorded as applied have put something there: an empty companion is one that got lost.</summary>
    private void CheckCompanion(SqliteSession session)
    {
        if (
            _files.Companion is { } companion
            && !session.Prepare($"SELECT 1 FROM {companion}.sqlite_schema LIMIT 1").Step()
        )
        {
            throw new DatabaseUnreadableException(
                _files.CompanionPath!,
                new FileNotFoundException($"it is missing or empty, and {_files.Path} goes with it")
            );
        }
    }

    private sealed class NoLease : IAsyncDisposable
    {
        public static readonly NoLease Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
