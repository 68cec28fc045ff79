using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Migrations;

/// <summary>
/// Brings one database up to date. Each script is applied in a transaction of its own that holds the database's lock, so
/// that of two programs starting at once one applies it and the other finds it applied.
/// </summary>
internal abstract partial class Migrator(DbConnection connection, string database, TimeProvider clock, ILogger logger)
{
    private const string ReadApplied =
        "SELECT owner, number, name, checksum FROM sillage_migration ORDER BY owner, number";

    private const string InsertApplied = """
        INSERT INTO sillage_migration (owner, number, name, checksum, applied_at, program)
        VALUES (@Owner, @Number, @Name, @Checksum, @At, @Program)
        """;

    private const string ReadLastProgram =
        "SELECT program FROM sillage_migration ORDER BY applied_at DESC, number DESC LIMIT 1";

    private readonly DbConnection _connection = connection;
    private readonly string _database = database;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;
    private readonly List<string> _applied = [];
    private Migration? _prepared;
    private string? _lastProgram;
    private bool _wasThere;
    private bool _isFirst = true;

    /// <summary>Creates <c>sillage_migration</c> where it is absent.</summary>
    protected abstract string CreateTable { get; }

    /// <summary>1 if the table says which program applied a script; tables from before that do not.</summary>
    protected abstract string CountProgramColumn { get; }

    /// <summary>Applies every script that is not applied yet, set after set.</summary>
    /// <returns>What it did to a database that was there before; null for a new one, and where there was nothing to do.</returns>
    /// <exception cref="MigrationException">What was applied is not what this program has.</exception>
    public async Task<DatabaseUpgrade?> ApplyAsync(IReadOnlyList<MigrationSet> sets, CancellationToken ct)
    {
        while (await ApplyNextAsync(sets, ct)) { }
        return _wasThere && _applied.Count > 0 ? new DatabaseUpgrade(_database, _lastProgram, _applied) : null;
    }

    /// <summary>The scripts that a database has applied.</summary>
    public static async Task<IReadOnlyList<AppliedMigration>> ReadAppliedAsync(
        DbConnection connection,
        DbTransaction? transaction,
        CancellationToken ct
    ) =>
        (
            await connection.QueryAsync<AppliedMigration>(
                new CommandDefinition(ReadApplied, null, transaction, cancellationToken: ct)
            )
        ).AsList();

    /// <summary>The version of the program that applied the last script; null if that was before versions were noted.</summary>
    public static Task<string?> ReadLastProgramAsync(DbConnection connection, CancellationToken ct) =>
        connection.ExecuteScalarAsync<string?>(new CommandDefinition(ReadLastProgram, cancellationToken: ct));

    /// <summary>Opens a transaction and takes the database's lock in it.</summary>
    protected abstract Task<DbTransaction?> BeginAsync(CancellationToken ct);

    protected abstract Task CommitAsync(DbTransaction? transaction, CancellationToken ct);

    protected abstract Task RollbackAsync(DbTransaction? transaction);

    private async Task<bool> ApplyNextAsync(IReadOnlyList<MigrationSet> sets, CancellationToken ct)
    {
        var transaction = await BeginAsync(ct);
        try
        {
            await RunAsync(CreateTable, null, transaction, ct);
            var applied = await ReadAppliedAsync(_connection, transaction, ct);
            if (_isFirst)
            {
                await ReadPastAsync(applied, transaction, ct);
            }

            AppliedMigrations.Verify(_database, applied, sets, _lastProgram);
            var next = AppliedMigrations.Next(applied, sets);
            if (next is var (owner, script))
            {
                await ApplyAsync(owner, script, transaction, ct);
            }

            await CommitAsync(transaction, ct);
            return next is not null;
        }
        catch
        {
            await RollbackAsync(transaction);
            throw;
        }
    }

    /// <summary>What there was before this program came.</summary>
    private async Task ReadPastAsync(
        IReadOnlyList<AppliedMigration> applied,
        DbTransaction? transaction,
        CancellationToken ct
    )
    {
        _isFirst = false;
        _wasThere = applied.Count > 0;
        if (await ScalarAsync<long>(CountProgramColumn, transaction, ct) == 0)
        {
            await RunAsync("ALTER TABLE sillage_migration ADD COLUMN program text", null, transaction, ct);
        }

        _lastProgram = await ScalarAsync<string?>(ReadLastProgram, transaction, ct);
    }

    private async Task ApplyAsync(string owner, Migration script, DbTransaction? transaction, CancellationToken ct)
    {
        var preparing = script.Preparation is not null && script != _prepared;
        try
        {
            await RunScriptAsync(preparing ? script.Preparation! : script.Change, transaction, ct);
        }
        catch (DbException exception)
        {
            throw new MigrationException(
                $"The migration {script.Number:0000}_{script.Name} of {owner} failed on {_database}: {exception.Message}",
                exception
            );
        }

        if (preparing)
        {
            _prepared = script;
            return;
        }

        var row = new
        {
            Owner = owner,
            script.Number,
            script.Name,
            script.Checksum,
            At = _clock.GetUtcNow(),
            Program = ProgramVersion.Current,
        };
        await RunAsync(InsertApplied, row, transaction, ct);
        _applied.Add($"{script.Number:0000}_{script.Name}");
        LogApplied(_logger, _database, owner, script.Number, script.Name);
    }

    private Task<int> RunAsync(string sql, object? row, DbTransaction? transaction, CancellationToken ct) =>
        _connection.ExecuteAsync(new CommandDefinition(sql, row, transaction, cancellationToken: ct));

    private Task<T?> ScalarAsync<T>(string sql, DbTransaction? transaction, CancellationToken ct) =>
        _connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, null, transaction, cancellationToken: ct));

    [SuppressMessage("Security", "CA2100", Justification = "The text is a script embedded in the program.")]
    private async Task RunScriptAsync(string text, DbTransaction? transaction, CancellationToken ct)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        command.CommandTimeout = 0; // An index over many rows takes the time it takes.
        await command.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied to {Database}: {Owner} {Number:0000}_{Name}.")]
    private static partial void LogApplied(ILogger logger, string database, string owner, long number, string name);
}
