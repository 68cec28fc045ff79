using Dapper;
using Microsoft.Data.Sqlite;
using Sillage.Specifications;
using Sillage.Specifications.Storage;

namespace Sillage.Storage.Tests.Sqlite;

public sealed class SqliteBackupTests : BackupSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());

    protected override async Task<string[]> NamesKeptAsync(string keptAt)
    {
        await using var connection = new SqliteConnection($"Data Source={keptAt}/specimen.db;Pooling=false");
        return [.. await connection.QueryAsync<string>("SELECT name FROM specimen")];
    }
}
