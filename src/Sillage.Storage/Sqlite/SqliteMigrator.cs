using System.Data.Common;
using Microsoft.Extensions.Logging;
using Sillage.Storage.Migrations;

namespace Sillage.Storage.Sqlite;

/// <summary>Migrates a file; SQLite's own write lock keeps a second program waiting.</summary>
internal sealed class SqliteMigrator(SqliteSession session, string database, TimeProvider clock, ILogger logger)
    : Migrator(session.Connection, database, clock, logger)
{
    private readonly SqliteSession _session = session;

    protected override string CreateTable =>
        """
            CREATE TABLE IF NOT EXISTS sillage_migration (
              owner      TEXT NOT NULL,
              number     INTEGER NOT NULL,
              name       TEXT NOT NULL,
              checksum   TEXT NOT NULL,
              applied_at INTEGER NOT NULL,
              program    TEXT,
              PRIMARY KEY (owner, number)
            ) WITHOUT ROWID
            """;

    protected override string CountProgramColumn =>
        "SELECT count(*) FROM pragma_table_info('sillage_migration') WHERE name = 'program'";

    protected override Task<DbTransaction?> BeginAsync(CancellationToken ct)
    {
        _session.Execute("BEGIN IMMEDIATE");
        return Task.FromResult<DbTransaction?>(null);
    }

    protected override Task CommitAsync(DbTransaction? transaction, CancellationToken ct)
    {
        _session.Execute("COMMIT");
        return Task.CompletedTask;
    }

    protected override Task RollbackAsync(DbTransaction? transaction)
    {
        _session.Rollback();
        return Task.CompletedTask;
    }
}
