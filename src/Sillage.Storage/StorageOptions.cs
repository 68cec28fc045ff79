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
    /// The most connections to PostgreSQL that each module opens for writing, and as many again for reading. Default 10.
    /// </summary>
    [Range(2, 1000)]
    public int PostgresConnections { get; set; } = 10;
}
