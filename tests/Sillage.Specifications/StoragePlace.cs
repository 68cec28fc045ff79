using Sillage.Storage;

namespace Sillage.Specifications;

/// <summary>Where a test's data lives: a temporary folder, or a database of its own on the PostgreSQL server.</summary>
public sealed class StoragePlace : IDisposable
{
    private readonly TemporaryFolder? _own;

    private StoragePlace(TemporaryFolder? own, string folder, string? postgres)
    {
        _own = own;
        Folder = folder;
        Postgres = postgres;
    }

    /// <summary>The data folder; on PostgreSQL an empty one.</summary>
    public string Folder { get; }

    /// <summary>The connection string; null on SQLite.</summary>
    public string? Postgres { get; }

    public static StoragePlace OnSqlite() => InOwnFolder(null);

    public static StoragePlace OnPostgres(string connectionString) => InOwnFolder(connectionString);

    /// <summary>SQLite in a folder that is someone else's to remove.</summary>
    public static StoragePlace In(string folder) => new(null, folder, null);

    public void Configure(StorageOptions options)
    {
        options.Data = Folder;
        options.Postgres = Postgres;
    }

    public void Dispose() => _own?.Dispose();

    private static StoragePlace InOwnFolder(string? postgres)
    {
        var folder = new TemporaryFolder();
        return new StoragePlace(folder, folder.Path, postgres);
    }
}
