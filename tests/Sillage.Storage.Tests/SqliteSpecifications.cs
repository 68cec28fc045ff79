using Sillage.Specifications;
using Sillage.Specifications.Storage;

namespace Sillage.Storage.Tests;

public sealed class SqliteDatabaseTests : DatabaseSpecification
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}
