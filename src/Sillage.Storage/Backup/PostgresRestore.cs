using System.Data;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sillage.Storage.Mapping;
using Sillage.Storage.Migrations;
using Sillage.Storage.Postgres;

namespace Sillage.Storage.Backup;

/// <summary>
/// Restores into schemas beside the ones in use, made by the migrations that the backup names, and changes places with
/// them in one transaction at the end. The old ones stay under another name.
/// </summary>
internal sealed class PostgresRestore(
    string connectionString,
    IReadOnlyCollection<ModuleRegistration> registrations,
    LeftOut leftOut,
    TimeProvider clock,
    ILogger logger
)
{
    private const string FreshSuffix = "_restoring";

    private const string SelectForeignKeys = """
        SELECT conrelid::regclass::text AS "table", conname AS name, pg_get_constraintdef(oid) AS definition
        FROM pg_constraint
        WHERE connamespace = CAST(quote_ident(@Schema) AS regnamespace) AND contype = 'f' AND conparentid = 0
        """;

    private const string SelectModules = """
        SELECT n.nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'sillage_migration'
        WHERE n.nspname ~ '^[a-z]{1,32}$'
        """;

    private readonly string _connectionString = PostgresBackup.ForMaintenance(connectionString);
    private readonly IReadOnlyCollection<ModuleRegistration> _registrations = registrations;
    private readonly TimeProvider _clock = clock;
    private readonly ILogger _logger = logger;

    /// <summary>Restores everything that the archive holds.</summary>
    /// <returns>What the names of the schemas from before end in.</returns>
    public async Task<string> RestoreAsync(
        BackupReader reader,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        DapperMapping.Register();
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(ct);
        await RefuseIfServingAsync(connection, null);
        try
        {
            foreach (var module in reader.Manifest.Modules)
            {
                await FillFreshSchemaAsync(reader, module, progress, ct);
            }

            return await ChangePlacesAsync(connection, reader.Manifest.Modules, ct);
        }
        catch
        {
            foreach (var module in reader.Manifest.Modules)
            {
                await connection.ExecuteAsync(DropFresh(module.Name));
            }

            throw;
        }
    }

    private static string DropFresh(string module) =>
        $"DROP SCHEMA IF EXISTS {PostgresBackup.Quote(module + FreshSuffix)} CASCADE";

    private async Task RefuseIfServingAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction)
    {
        if (await PostgresServers.AreConnectedAsync(connection, transaction, _clock))
        {
            throw new BackupException(
                "A Sillage server is connected to this PostgreSQL database. Stop every server before a restore."
            );
        }
    }

    private async Task FillFreshSchemaAsync(
        BackupReader reader,
        BackupModule module,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        var schema = module.Name + FreshSuffix;
        var settings = new NpgsqlConnectionStringBuilder(_connectionString) { SearchPath = schema };
        await using var connection = new NpgsqlConnection(settings.ToString());
        await connection.OpenAsync(ct);
        await connection.ExecuteAsync(DropFresh(module.Name));
        await new PostgresMigrator(connection, schema, _clock, _logger).ApplyAsync(MigrationsOf(module), ct);

        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Rows come table by table, so that what refers may come before what it refers to.
        var foreignKeys = (
            await connection.QueryAsync<ForeignKey>(SelectForeignKeys, new { Schema = schema }, transaction)
        ).AsList();
        foreach (var key in foreignKeys)
        {
            await connection.ExecuteAsync(
                $"ALTER TABLE {key.Table} DROP CONSTRAINT {PostgresBackup.Quote(key.Name)}",
                transaction: transaction
            );
        }

        // Backups of older versions have rows of what is left out.
        foreach (var entry in module.Entries.Where(entry => !leftOut.Has(module.Name, entry.Table)))
        {
            await CopyInAsync(connection, reader, schema, entry, progress, ct);
        }

        foreach (var key in foreignKeys)
        {
            await connection.ExecuteAsync(
                $"ALTER TABLE {key.Table} ADD CONSTRAINT {PostgresBackup.Quote(key.Name)} {key.Definition}",
                transaction: transaction
            );
        }

        foreach (var sequence in module.Sequences)
        {
            await connection.ExecuteAsync(
                "SELECT setval(CAST(@Name AS regclass), @LastValue, @IsCalled)",
                new
                {
                    Name = $"{PostgresBackup.Quote(schema)}.{PostgresBackup.Quote(sequence.Name)}",
                    sequence.LastValue,
                    sequence.IsCalled,
                },
                transaction
            );
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>Only the scripts that the backup's database had applied; a later start applies the others.</summary>
    private IReadOnlyList<MigrationSet> MigrationsOf(BackupModule module) =>
        [
            .. _registrations
                .First(registration => registration.Name == module.Name)
                .AllMigrations(SqlDialect.Postgres)
                .Select(set =>
                    set with
                    {
                        Scripts =
                        [
                            .. set.Scripts.Where(script =>
                                module.Migrations.Any(row => row.Owner == set.Owner && row.Number == script.Number)
                            ),
                        ],
                    }
                ),
        ];

    private static async Task CopyInAsync(
        NpgsqlConnection connection,
        BackupReader reader,
        string schema,
        BackupEntry entry,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        if (entry is not { Table: { } table, Columns: { } columns })
        {
            throw new BackupException($"The backup is damaged: {entry.Path} names no table.");
        }

        var target = $"{PostgresBackup.Quote(schema)}.{PostgresBackup.Quote(table)}";
        // Rows that the migrations put there are in the backup as well.
        await connection.ExecuteAsync($"DELETE FROM {target}");
        await connection.ExecuteAsync($"ALTER TABLE {target} DISABLE TRIGGER USER");
        await using (
            var rows = await connection.BeginRawBinaryCopyAsync(
                PostgresBackup.Copy(schema, table, columns, "FROM STDIN"),
                ct
            )
        )
        {
            await reader.CopyAsync(
                entry,
                rows,
                done => progress?.Report(new BackupProgress("restore", $"{schema}.{table}", done, entry.Length)),
                ct
            );
        }

        await connection.ExecuteAsync($"ALTER TABLE {target} ENABLE TRIGGER USER");
        await connection.ExecuteAsync($"ANALYZE {target}");
    }

    private async Task<string> ChangePlacesAsync(
        NpgsqlConnection connection,
        IReadOnlyList<BackupModule> modules,
        CancellationToken ct
    )
    {
        var stamp = _clock.GetUtcNow().UtcDateTime.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture);
        var suffix = $"_before_{stamp}";
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        await RefuseIfServingAsync(connection, transaction);
        var present = (await connection.QueryAsync<string>(SelectModules, transaction: transaction)).AsList();
        foreach (var registration in _registrations.Where(registration => registration.Survivor is not null))
        {
            var isRestored = modules.Any(module => module.Name == registration.Name);
            await KeepAsync(connection, transaction, registration, present.Contains(registration.Name), isRestored);
            if (!isRestored)
            {
                present.Remove(registration.Name);
            }
        }

        foreach (var old in present)
        {
            await RenameAsync(connection, transaction, old, old + suffix);
        }

        foreach (var module in modules)
        {
            await RenameAsync(connection, transaction, module.Name + FreshSuffix, module.Name);
        }

        await transaction.CommitAsync(ct);
        return suffix;
    }

    /// <summary>Adds the rows that outlive the restore to those that it brings.</summary>
    private static async Task KeepAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        ModuleRegistration registration,
        bool isPresent,
        bool isRestored
    )
    {
        var table = registration.Survivor!;
        var fresh = PostgresBackup.Quote(registration.Name + FreshSuffix);
        var present = PostgresBackup.Quote(registration.Name);
        if (isPresent && isRestored)
        {
            await connection.ExecuteAsync(table.Merge(present, fresh), transaction: transaction);
        }

        if (isPresent || isRestored)
        {
            var schema = isRestored ? fresh : present;
            await connection.ExecuteAsync(
                $"SET LOCAL search_path TO {schema}; {table.AfterRestore}",
                transaction: transaction
            );
        }
    }

    private static Task<int> RenameAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        string from,
        string to
    ) =>
        connection.ExecuteAsync(
            $"ALTER SCHEMA {PostgresBackup.Quote(from)} RENAME TO {PostgresBackup.Quote(to)}",
            transaction: transaction
        );

    private sealed record ForeignKey(string Table, string Name, string Definition);
}
