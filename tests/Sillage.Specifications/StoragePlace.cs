using Sillage.Storage;

namespace Sillage.Specifications;

/// <summary>Where a test's data lives: a temporary folder, or a database of its own on the PostgreSQL server.</summary>
public sealed class StoragePlace : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private StoragePlace(string? postgres) => Postgres = postgres;

    /// <summary>The data folder; on PostgreSQL an empty one.</summary>
    public string Folder => _folder.Path;

    /// <summary>The connection string; null on SQLite.</summary>
    public string? Postgres { get; }

    public static StoragePlace OnSqlite() => new(null);

    public static StoragePlace OnPostgres(string connectionString) => new(connectionString);

    public void Configure(StorageOptions options)
    {
        options.Data = Folder;
        options.Postgres = Postgres;
    }

    public void Dispose() => _folder.Dispose();
}
