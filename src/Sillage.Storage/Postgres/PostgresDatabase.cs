using System.Data;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sillage.Storage.Mapping;

namespace Sillage.Storage.Postgres;

/// <summary>A module's schema.</summary>
internal sealed partial class PostgresDatabase : ModuleDatabase
{
    private const int MostAttempts = 6;

    private const string SelectTables = """
        SELECT quote_ident(relname) FROM pg_class
        WHERE relnamespace = CAST(quote_ident(current_schema()) AS regnamespace) AND relkind = 'r'
        """;

    private readonly PostgresSources _sources;
    private readonly PlannerStatistics _statistics;
    private readonly UnitRecorder _recorder;
    private readonly StorageMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private bool _open;

    public PostgresDatabase(
        ModuleRegistration registration,
        StorageOptions options,
        StorageMetrics metrics,
        TimeProvider clock,
        ILogger logger
    )
        : base(registration)
    {
        _sources = new PostgresSources(options.Postgres!, registration.Name, options.PostgresConnections);
        // It changes nothing that a transaction could see, and among the readers it keeps no write waiting.
        _statistics = new PlannerStatistics(_sources.Readers, clock, logger);
        _recorder = new UnitRecorder(clock, Published.Set);
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
    }

    public override SqlDialect Dialect => SqlDialect.Postgres;

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        DapperMapping.Register();
        try
        {
            await using var connection = await _sources.Writers.OpenConnectionAsync(cancellationToken);
            var migrator = new PostgresMigrator(connection, Name, _clock, _logger);
            await migrator.ApplyAsync(Registration.AllMigrations(Dialect), cancellationToken);
            _open = true;
            // What is there may have come by a restore.
            _statistics.Written();
        }
        catch (NpgsqlException exception)
        {
            PostgresErrors.ThrowTranslated(exception);
            throw;
        }
    }

    public override async Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken cancellationToken)
    {
        EnsureOpen();
        for (var attempt = 1; ; attempt++)
        {
            PostgresReader? reader = null;
            try
            {
                await using var connection = await _sources.Readers.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(
                    IsolationLevel.RepeatableRead,
                    cancellationToken
                );
                reader = new PostgresReader(connection, transaction);
                var result = await read(reader);
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            }
            catch (NpgsqlException exception)
            {
                Notice(exception);
                // A stale connection shows at the first statement, before anyone has seen anything.
                if (
                    attempt == 1
                    && PostgresErrors.IsConnectionLost(exception)
                    && reader is { HasAnswered: false, ConnectionWasUsed: false }
                )
                {
                    continue;
                }

                PostgresErrors.ThrowTranslated(exception);
                throw;
            }
        }
    }

    public override async Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken cancellationToken)
    {
        EnsureOpen();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(work, cancellationToken);
            }
            catch (Exception exception) when (MayTryAgain(exception, attempt))
            {
                LogTryingAgain(_logger, Name, attempt, exception);
                Notice(exception);
                await Task.Delay(Pause(attempt), _clock, cancellationToken);
            }
            catch (NpgsqlException exception)
            {
                Notice(exception);
                PostgresErrors.ThrowTranslated(exception);
                throw;
            }
        }
    }

    public override async Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken cancellationToken)
    {
        try
        {
            return await PostgresLease.TryTakeAsync(_sources.Writers, $"{work} {Name}", cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            Notice(exception);
            PostgresErrors.ThrowTranslated(exception);
            throw;
        }
    }

    public override async Task WipeDeletedAsync(CancellationToken cancellationToken)
    {
        EnsureOpen();
        try
        {
            await using var connection = await _sources.Writers.OpenConnectionAsync(cancellationToken);
            var tables = await connection.QueryAsync<string>(
                new CommandDefinition(SelectTables, cancellationToken: cancellationToken)
            );
            // Each by itself, since VACUUM allows of no transaction; it takes the time that it takes.
            foreach (var table in tables)
            {
                await connection.ExecuteAsync(
                    new CommandDefinition($"VACUUM {table}", commandTimeout: 0, cancellationToken: cancellationToken)
                );
            }
        }
        catch (NpgsqlException exception)
        {
            Notice(exception);
            PostgresErrors.ThrowTranslated(exception);
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _statistics.DisposeAsync();
        await _sources.DisposeAsync();
    }

    private async Task<T> WriteOnceAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _sources.Writers.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.ReadCommitted,
            cancellationToken
        );
        var unit = new PostgresUnit(connection, transaction, _recorder);
        var result = await work(unit);
        if (unit.Failure is { } failure)
        {
            // The work went on after an error. PostgreSQL would answer COMMIT with ROLLBACK, and say so to nobody.
            ExceptionDispatchInfo.Throw(failure);
        }

        if (unit.ConnectionWasUsed)
        {
            await unit.ExecuteAsync("SELECT 1", cancellationToken: cancellationToken);
        }

        var committing = Stopwatch.GetTimestamp();
        await CommitAsync(transaction);
        var committed = Stopwatch.GetElapsedTime(committing);
        foreach (var action in unit.Committed)
        {
            RunCommitted(action);
        }

        _metrics.Committed(Name, 1, committed);
        _statistics.Written();
        return result;
    }

    /// <summary>Commits, whatever becomes of the caller: half-way there is no way back.</summary>
    private async Task CommitAsync(NpgsqlTransaction transaction)
    {
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (NpgsqlException exception) when (PostgresErrors.IsConnectionLost(exception))
        {
            Notice(exception);
            throw PostgresErrors.CommitUnknown(exception);
        }
    }

    private void RunCommitted(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // The unit is stored: what follows from it must not make it look as if it were not.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogCommittedActionFailed(_logger, Name, exception);
        }
    }

    private void EnsureOpen()
    {
        if (!_open)
        {
            throw NotOpen();
        }
    }

    private void Notice(Exception? exception)
    {
        if (PostgresErrors.IsConnectionLost(exception))
        {
            _sources.Clear();
        }
    }

    /// <summary>
    /// A conflict is worth several attempts; a stale connection one, which takes a fresh one. After an order to commit
    /// there is none.
    /// </summary>
    private static bool MayTryAgain(Exception exception, int attempt) =>
        exception switch
        {
            NpgsqlException conflict when PostgresErrors.IsConflict(conflict) => attempt < MostAttempts,
            NpgsqlException lost when PostgresErrors.IsConnectionLost(lost) => attempt < 2,
            _ => false,
        };

    private static TimeSpan Pause(int attempt) => TimeSpan.FromMilliseconds(Random.Shared.Next(1, 10 << attempt));

    [LoggerMessage(Level = LogLevel.Debug, Message = "A write to {Database} is run again after attempt {Attempt}.")]
    private static partial void LogTryingAgain(ILogger logger, string database, int attempt, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "What should follow a commit to {Database} failed.")]
    private static partial void LogCommittedActionFailed(ILogger logger, string database, Exception exception);
}
