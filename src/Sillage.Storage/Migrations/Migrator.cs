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
        INSERT INTO sillage_migration (owner, number, name, checksum, applied_at)
        VALUES (@Owner, @Number, @Name, @Checksum, @At)
        """;

    private readonly DbConnection _connection = connection;
    private readonly string _database = database;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;
    private Migration? _prepared;

    /// <summary>Creates <c>sillage_migration</c> where it is absent.</summary>
    protected abstract string CreateTable { get; }

    /// <summary>Applies every script that is not applied yet, set after set.</summary>
    /// <exception cref="MigrationException">What was applied is not what this program has.</exception>
    public async Task ApplyAsync(IReadOnlyList<MigrationSet> sets, CancellationToken cancellationToken)
    {
        while (await ApplyNextAsync(sets, cancellationToken)) { }
    }

    /// <summary>The scripts that a database has applied.</summary>
    public static async Task<IReadOnlyList<AppliedMigration>> ReadAppliedAsync(
        DbConnection connection,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync<AppliedMigration>(
                new CommandDefinition(ReadApplied, null, transaction, cancellationToken: cancellationToken)
            )
        ).AsList();

    /// <summary>Opens a transaction and takes the database's lock in it.</summary>
    protected abstract Task<DbTransaction?> BeginAsync(CancellationToken cancellationToken);

    protected abstract Task CommitAsync(DbTransaction? transaction, CancellationToken cancellationToken);

    protected abstract Task RollbackAsync(DbTransaction? transaction);

    private async Task<bool> ApplyNextAsync(IReadOnlyList<MigrationSet> sets, CancellationToken cancellationToken)
    {
        var transaction = await BeginAsync(cancellationToken);
        try
        {
            await RunAsync(CreateTable, null, transaction, cancellationToken);
            var applied = await ReadAppliedAsync(_connection, transaction, cancellationToken);
            AppliedMigrations.Verify(_database, applied, sets);
            var next = AppliedMigrations.Next(applied, sets);
            if (next is var (owner, script))
            {
                await ApplyAsync(owner, script, transaction, cancellationToken);
            }

            await CommitAsync(transaction, cancellationToken);
            return next is not null;
        }
        catch
        {
            await RollbackAsync(transaction);
            throw;
        }
    }

    private async Task ApplyAsync(
        string owner,
        Migration script,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    )
    {
        var preparing = script.Preparation is not null && script != _prepared;
        try
        {
            await RunScriptAsync(preparing ? script.Preparation! : script.Change, transaction, cancellationToken);
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
        };
        await RunAsync(InsertApplied, row, transaction, cancellationToken);
        LogApplied(_logger, _database, owner, script.Number, script.Name);
    }

    private Task<int> RunAsync(
        string sql,
        object? row,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    ) => _connection.ExecuteAsync(new CommandDefinition(sql, row, transaction, cancellationToken: cancellationToken));

    [SuppressMessage("Security", "CA2100", Justification = "The text is a script embedded in the program.")]
    private async Task RunScriptAsync(string text, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        command.CommandTimeout = 0; // An index over many rows takes the time it takes.
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied to {Database}: {Owner} {Number:0000}_{Name}.")]
    private static partial void LogApplied(ILogger logger, string database, string owner, long number, string name);
}
