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
    private readonly string _path = PathIn(folder, registration.Name);
    private readonly StorageMetrics _metrics = metrics;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;
    private SqliteWriter? _writer;
    private SqliteReaders? _readers;

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public static string PathIn(string folder, string module) => Path.Combine(Path.GetFullPath(folder), $"{module}.db");

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        DapperMapping.Register();
        try
        {
            using (var session = SqliteSession.OpenWriter(_path))
            {
                var migrator = new SqliteMigrator(session, Name, _clock, _logger);
                await migrator.ApplyAsync(Registration.AllMigrations(Dialect), cancellationToken);
            }

            _readers = new SqliteReaders(_path);
            _writer = new SqliteWriter(Name, _path, new UnitRecorder(_clock, Published.Set), _metrics, _logger);
        }
        catch (SqliteException exception) when (SqliteErrors.EndsTransaction(exception))
        {
            throw SqliteErrors.Unavailable(exception);
        }
        catch (SqliteException exception)
        {
            throw new DatabaseUnreadableException(_path, exception);
        }
    }

    public override Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken cancellationToken) =>
        WriteItem.Current.Value is { IsRunning: true }
            ? throw new InvalidOperationException(
                "A unit of work asked for a read of its own. Read through the unit, or before it."
            )
            : (_readers ?? throw NotOpen()).ReadAsync(read, cancellationToken);

    public override Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken cancellationToken) =>
        (_writer ?? throw NotOpen()).WriteAsync(work, cancellationToken);

    /// <summary>The lock on the data folder stands for it already.</summary>
    public override Task<IAsyncDisposable?> TryLeaseOutboxAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IAsyncDisposable?>(NoLease.Instance);

    public override ValueTask DisposeAsync()
    {
        _writer?.Dispose();
        _readers?.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class NoLease : IAsyncDisposable
    {
        public static readonly NoLease Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
