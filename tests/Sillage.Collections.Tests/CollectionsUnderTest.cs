using Sillage.Accounts;
using Sillage.Hosting.Modules;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Collections.Tests;

/// <summary>A server with accounts and collections, whose administrator looks after all of them, and two people.</summary>
public abstract class CollectionsUnderTest() : ModuleUnderTest<CollectionsData>(Modules)
{
    /// <summary>Has records.</summary>
    public Person Student { get; private set; } = null!;

    /// <summary>Somebody else.</summary>
    public Person Other { get; private set; } = null!;

    public static IReadOnlyList<IModule> Modules => [new AccountsModule(), new CollectionsModule()];

    protected override async Task RegisterAsync()
    {
        Student = await Server.RegisterAsync("student-1");
        Other = await Server.RegisterAsync("student-2");
    }
}

public sealed class SqliteCollections : CollectionsUnderTest
{
    public override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class PostgresCollections(PostgresServer postgres) : CollectionsUnderTest
{
    public override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync(Modules);
}
