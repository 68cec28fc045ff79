using Microsoft.Extensions.DependencyInjection;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Storage.Tests.Postgres;

public sealed class PostgresDatabaseTests(PostgresServer server) : DatabaseSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}

public sealed class PostgresTypeTests(PostgresServer server) : TypeSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}

public sealed class PostgresAuditTests(PostgresServer server) : AuditSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}

public sealed class PostgresOutboxTests(PostgresServer server) : OutboxSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}

public sealed class PostgresMigrationTests(PostgresServer server) : MigrationSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();

    protected override Task MigrateManyTimesAtOnceAsync(StoragePlace place, int times) =>
        Scripts.OpenAtOnceAsync(place, times);

    protected override void AddModuleWithFailingScript(IServiceCollection services) =>
        Scripts.AddModuleWithFailingScript(services);
}

public sealed class PostgresSurvivorTests(PostgresServer server) : SurvivorSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}
