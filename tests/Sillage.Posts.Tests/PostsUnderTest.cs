using Sillage.Accounts;
using Sillage.Hosting.Modules;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Posts.Tests;

/// <summary>A server with accounts and posts, whose administrator moderates, and two people.</summary>
public abstract class PostsUnderTest() : ModuleUnderTest<PostsData>(Modules)
{
    /// <summary>Writes what tests read.</summary>
    public Person Author { get; private set; } = null!;

    /// <summary>Reads what the author writes.</summary>
    public Person Reader { get; private set; } = null!;

    public static IReadOnlyList<IModule> Modules => [new AccountsModule(), new PostsModule()];

    protected override async Task RegisterAsync()
    {
        Author = await Server.RegisterAsync("author");
        Reader = await Server.RegisterAsync("reader");
    }
}

public sealed class SqlitePosts : PostsUnderTest
{
    public override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class PostgresPosts(PostgresServer postgres) : PostsUnderTest
{
    public override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync(Modules);
}
