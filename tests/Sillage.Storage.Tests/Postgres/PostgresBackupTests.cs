using Dapper;
using Npgsql;
using Sillage.Specifications;
using Sillage.Specifications.Storage;

namespace Sillage.Storage.Tests.Postgres;

public sealed class PostgresBackupTests(PostgresServer server) : BackupSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();

    protected override async Task<string[]> NamesKeptAsync(string keptAt)
    {
        await using var connection = new NpgsqlConnection(Place.Postgres + ";Pooling=false");
        return [.. await connection.QueryAsync<string>($"SELECT name FROM specimen{keptAt}.specimen")];
    }
}
