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
    private readonly OutageLog _outage;
    private readonly StorageMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private bool _open;

    public PostgresDatabase(
        ModuleRegistration registration,
        PostgresSources sources,
        OutageLog outage,
        StorageMetrics metrics,
        TimeProvider clock,
        ILogger logger
    )
        : base(registration)
    {
        _sources = sources;
        // It changes nothing that a transaction could see, and among the readers it keeps no write waiting.
        _statistics = new PlannerStatistics(_sources.Readers, registration.Name, clock, logger);
        _recorder = new UnitRecorder(clock, Published.Set, Work.Set);
        _outage = outage;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
    }

    public override SqlDialect Dialect => SqlDialect.Postgres;

    public override async Task OpenAsync(CancellationToken ct)
    {
        DapperMapping.Register();
        try
        {
            await using var lease = await _sources.Writers.OpenAsync(Name, ct);
            await lease.ChooseAsync(ct);
            lease.Keep();
            var migrator = new PostgresMigrator(lease.Connection, Name, _clock, _logger);
            Upgrade = await migrator.ApplyAsync(Registration.AllMigrations(Dialect), ct);
            _open = true;
            // What is there may have come by a restore.
            _statistics.Written();
        }
        catch (Exception exception)
        {
            PostgresErrors.ThrowTranslatedAtOpening(exception, Name);
            throw;
        }
    }

    public override async Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken ct)
    {
        EnsureOpen();
        for (var attempt = 1; ; attempt++)
        {
            PostgresReader? reader = null;
            try
            {
                await using var lease = await _sources.Readers.OpenAsync(Name, ct);
                await using var transaction = await lease.Connection.BeginTransactionAsync(
                    IsolationLevel.RepeatableRead,
                    ct
                );
                reader = new PostgresReader(lease, transaction);
                var result = await read(reader);
                await transaction.CommitAsync(CancellationToken.None);
                if (reader.Failure is null)
                {
                    lease.Keep();
                }

                _outage.Ended();
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

                Refuse(exception);
                throw;
            }
        }
    }

    public override async Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct)
    {
        EnsureOpen();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(work, ct);
            }
            catch (Exception exception) when (MayTryAgain(exception, attempt))
            {
                LogTryingAgain(_logger, Name, attempt, exception);
                Notice(exception);
                await Task.Delay(Pause(attempt), _clock, ct);
            }
            catch (NpgsqlException exception)
            {
                Notice(exception);
                Refuse(exception);
                throw;
            }
        }
    }

    public override async Task<IAsyncDisposable?> TryLeaseAsync(string work, CancellationToken ct)
    {
        try
        {
            return await _sources.Leases.TryTakeAsync($"{work} {Name}", ct);
        }
        catch (NpgsqlException exception)
        {
            Notice(exception);
            Refuse(exception);
            throw;
        }
    }

    public override async Task WipeDeletedAsync(CancellationToken ct)
    {
        EnsureOpen();
        try
        {
            await using var lease = await _sources.Writers.OpenAsync(Name, ct);
            await lease.ChooseAsync(ct);
            lease.Keep();
            var connection = lease.Connection;
            var tables = await connection.QueryAsync<string>(
                new CommandDefinition(SelectTables, cancellationToken: ct)
            );
            // Each by itself, since VACUUM allows of no transaction; it takes the time that it takes.
            foreach (var table in tables)
            {
                await connection.ExecuteAsync(
                    new CommandDefinition($"VACUUM {table}", commandTimeout: 0, cancellationToken: ct)
                );
            }
        }
        catch (NpgsqlException exception)
        {
            Notice(exception);
            Refuse(exception);
            throw;
        }
    }

    /// <summary>Its connections are the process's.</summary>
    public override ValueTask DisposeAsync() => _statistics.DisposeAsync();

    private async Task<T> WriteOnceAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct)
    {
        await using var lease = await _sources.Writers.OpenAsync(Name, ct);
        await using var transaction = await lease.Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        var unit = new PostgresUnit(lease, transaction, _recorder);
        var result = await work(unit);
        if (unit.Failure is { } failure)
        {
            // The work went on after an error. PostgreSQL would answer COMMIT with ROLLBACK, and say so to nobody.
            ExceptionDispatchInfo.Throw(failure);
        }

        if (unit.ConnectionWasUsed)
        {
            await unit.ExecuteAsync("SELECT 1", ct: ct);
        }

        var committing = Stopwatch.GetTimestamp();
        await CommitAsync(transaction);
        var committed = Stopwatch.GetElapsedTime(committing);
        lease.Keep();
        foreach (var action in unit.Committed)
        {
            RunCommitted(action);
        }

        _outage.Ended();
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
            _outage.Began(exception, PostgresErrors.IsConnectionBroken(exception));
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

    /// <summary>Throws what the failure stands for, and notes an outage; returns if it stands for itself.</summary>
    private void Refuse(NpgsqlException exception)
    {
        if (PostgresErrors.Translate(exception) is DatabaseUnavailableException { IsOutage: true })
        {
            _outage.Began(exception, PostgresErrors.IsConnectionBroken(exception));
        }

        PostgresErrors.ThrowTranslated(exception);
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
