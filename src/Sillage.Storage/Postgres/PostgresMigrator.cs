using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sillage.Storage.Migrations;

namespace Sillage.Storage.Postgres;

/// <summary>Migrates a schema; an advisory lock keeps a second program waiting.</summary>
internal sealed class PostgresMigrator(NpgsqlConnection connection, string schema, TimeProvider clock, ILogger logger)
    : Migrator(connection, schema, clock, logger)
{
    private readonly NpgsqlConnection _connection = connection;
    private readonly string _schema = schema;

    protected override string CreateTable { get; } =
        $"""
            CREATE SCHEMA IF NOT EXISTS "{schema}";
            CREATE TABLE IF NOT EXISTS sillage_migration (
              owner      text NOT NULL,
              number     bigint NOT NULL,
              name       text NOT NULL,
              checksum   text NOT NULL,
              applied_at timestamptz NOT NULL,
              PRIMARY KEY (owner, number)
            )
            """;

    protected override async Task<DbTransaction?> BeginAsync(CancellationToken cancellationToken)
    {
        var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", _connection, transaction);
        command.CommandTimeout = 0; // The other program's migrations take the time they take.
        command.Parameters.AddWithValue(PostgresLease.Key($"migrations {_schema}"));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return transaction;
    }

    protected override Task CommitAsync(DbTransaction? transaction, CancellationToken cancellationToken) =>
        transaction!.CommitAsync(cancellationToken);

    protected override Task RollbackAsync(DbTransaction? transaction) => transaction!.DisposeAsync().AsTask();
}
