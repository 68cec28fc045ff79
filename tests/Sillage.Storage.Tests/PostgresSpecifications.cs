using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Storage.Tests;

public sealed class PostgresDatabaseTests(PostgresServer server) : DatabaseSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}
