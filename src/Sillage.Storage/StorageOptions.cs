using System.ComponentModel.DataAnnotations;

namespace Sillage.Storage;

/// <summary>Where the data lives.</summary>
public sealed class StorageOptions
{
    /// <summary>The data folder: databases, secrets, the lock. Created if absent. Default <c>./data</c>.</summary>
    public string Data { get; set; } = "data";

    /// <summary>A PostgreSQL connection string; null (the default) means embedded SQLite in <see cref="Data"/>.</summary>
    public string? Postgres { get; set; }

    /// <summary>
    /// The SQLite to run: <c>bundled</c>, the one that comes along, or <c>system</c>, the operating system's
    /// <c>libsqlite3</c> (3.35 or later). Default bundled.
    /// </summary>
    public SqliteSource Sqlite { get; set; }

    /// <summary>
    /// How long the audit trail of every module remembers what was done. 30 days to 100 years, default 2 years.
    /// </summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "36525.00:00:00")]
    public TimeSpan KeepAudit { get; set; } = TimeSpan.FromDays(730);

    /// <summary>
    /// The most connections to PostgreSQL that the process opens, all its modules together. Default 9: ten processes fit into
    /// PostgreSQL's own hundred.
    /// </summary>
    [Range(4, 1000)]
    public int PostgresConnections { get; set; } = 9;
}
