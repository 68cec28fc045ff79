using Sillage.Specifications;
using Sillage.Specifications.Events;

namespace Sillage.Storage.Tests.Events;

public sealed class SqliteEventDeliveryTests : EventDeliverySpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

public sealed class PostgresEventDeliveryTests(PostgresServer server) : EventDeliverySpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}

/// <summary>The publisher in one process, the listener in another, on one PostgreSQL.</summary>
public sealed class TwoProcessesEventDeliveryTests(PostgresServer server) : EventDeliverySpecification
{
    protected override bool Apart => true;

    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}
