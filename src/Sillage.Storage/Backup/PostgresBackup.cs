using System.Data;
using Dapper;
using Npgsql;
using Sillage.Storage.Mapping;
using Sillage.Storage.Migrations;

namespace Sillage.Storage.Backup;

/// <summary>
/// Packs every module's schema as of one moment: one REPEATABLE READ transaction sees them all while writes go on.
/// Tables go out by COPY in its binary form.
/// </summary>
internal sealed class PostgresBackup : IAsyncDisposable
{
    private const string SelectModules = """
        SELECT n.nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'sillage_migration'
        WHERE n.nspname ~ '^[a-z]{1,32}$' ORDER BY 1
        """;

    // A generated column cannot be copied in: it comes of the others.
    private const string SelectColumns = """
        SELECT c.relname AS "table", a.attname AS name
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = CAST(quote_ident(@Schema) AS regnamespace) AND c.relkind = 'r'
          AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY c.relname, a.attnum
        """;

    private const string SelectSequences = """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = CAST(quote_ident(@Schema) AS regnamespace) AND c.relkind = 'S' ORDER BY 1
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly LeftOut _leftOut;

    private PostgresBackup(NpgsqlConnection connection, NpgsqlTransaction transaction, LeftOut leftOut)
    {
        _connection = connection;
        _transaction = transaction;
        _leftOut = leftOut;
    }

    /// <summary>Opens the transaction whose view the backup is.</summary>
    public static async Task<PostgresBackup> StartAsync(string connectionString, LeftOut leftOut, CancellationToken ct)
    {
        DapperMapping.Register();
        var connection = new NpgsqlConnection(ForMaintenance(connectionString));
        try
        {
            await connection.OpenAsync(ct);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
            await connection.ExecuteAsync("SET TRANSACTION READ ONLY", transaction: transaction);
            return new PostgresBackup(connection, transaction, leftOut);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>One connection, without a limit of time.</summary>
    public static string ForMaintenance(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            CommandTimeout = 0,
            ApplicationName = "sillage maintenance",
            IncludeErrorDetail = false,
        }.ToString();

    public static string Quote(string identifier) =>
        $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The statement that moves a table's rows, in one direction or the other.</summary>
    public static string Copy(string schema, string table, IEnumerable<string> columns, string direction) =>
        $"COPY {Quote(schema)}.{Quote(table)} ({string.Join(", ", columns.Select(Quote))}) {direction} (FORMAT binary)";

    public async Task<IReadOnlyList<BackupModule>> PackAsync(
        BackupWriter writer,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        var modules = new List<BackupModule>();
        foreach (var schema in await _connection.QueryAsync<string>(SelectModules, transaction: _transaction))
        {
            modules.Add(await PackAsync(schema, writer, progress, ct));
        }

        return modules;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<BackupModule> PackAsync(
        string schema,
        BackupWriter writer,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        var parameters = new { Schema = schema };
        var columns = await _connection.QueryAsync<Column>(SelectColumns, parameters, _transaction);
        var entries = new List<BackupEntry>();
        foreach (
            var table in columns
                .GroupBy(column => column.Table, column => column.Name)
                .Where(table => !_leftOut.Has(schema, table.Key))
        )
        {
            await using var rows = await _connection.BeginRawBinaryCopyAsync(
                Copy(schema, table.Key, table, "TO STDOUT"),
                ct
            );
            var entry = await writer.AddAsync(
                $"{schema}/{table.Key}.copy",
                rows,
                done => progress?.Report(new BackupProgress("copy", $"{schema}.{table.Key}", done, 0)),
                ct
            );
            entries.Add(entry with { Table = table.Key, Columns = [.. table] });
        }

        // Sequences know no transactions: read after the rows they are at or beyond them, never behind.
        var sequences = new List<BackupSequence>();
        foreach (var name in await _connection.QueryAsync<string>(SelectSequences, parameters, _transaction))
        {
            sequences.Add(
                await _connection.QuerySingleAsync<BackupSequence>(
                    $"SELECT '{name}' AS name, last_value, is_called FROM {Quote(schema)}.{Quote(name)}",
                    transaction: _transaction
                )
            );
        }

        var migrations = await _connection.QueryAsync<AppliedMigration>(
            $"SELECT owner, number, name, checksum FROM {Quote(schema)}.sillage_migration ORDER BY owner, number",
            transaction: _transaction
        );
        return new BackupModule(schema, migrations.AsList(), entries, sequences);
    }

    private sealed record Column(string Table, string Name);
}
