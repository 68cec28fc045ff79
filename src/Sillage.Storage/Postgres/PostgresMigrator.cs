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
              program    text,
              PRIMARY KEY (owner, number)
            )
            """;

    protected override string CountProgramColumn { get; } =
        $"""
            SELECT count(*) FROM pg_attribute
            WHERE attrelid = '"{schema}".sillage_migration'::regclass AND attname = 'program' AND NOT attisdropped
            """;

    protected override async Task<DbTransaction?> BeginAsync(CancellationToken ct)
    {
        var transaction = await _connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", _connection, transaction);
        command.CommandTimeout = 0; // The other program's migrations take the time they take.
        command.Parameters.AddWithValue(PostgresLeases.Key($"migrations {_schema}"));
        await command.ExecuteNonQueryAsync(ct);
        return transaction;
    }

    protected override Task CommitAsync(DbTransaction? transaction, CancellationToken ct) =>
        transaction!.CommitAsync(ct);

    protected override Task RollbackAsync(DbTransaction? transaction) => transaction!.DisposeAsync().AsTask();
}
