using Microsoft.Extensions.DependencyInjection;
using Sillage.Specifications;
using Sillage.Specifications.Storage;

namespace Sillage.Storage.Tests.Sqlite;

public sealed class SqliteDatabaseTests : DatabaseSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

public sealed class SqliteTypeTests : TypeSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

public sealed class SqliteAuditTests : AuditSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

public sealed class SqliteOutboxTests : OutboxSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

public sealed class SqliteMigrationTests : MigrationSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());

    protected override Task MigrateManyTimesAtOnceAsync(StoragePlace place, int times) =>
        Scripts.OpenAtOnceAsync(place, times);

    protected override void AddModuleWithFailingScript(IServiceCollection services) =>
        Scripts.AddModuleWithFailingScript(services);
}

public sealed class SqliteSurvivorTests : SurvivorSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

public sealed class SqliteWorkTests : WorkSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}
