using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts;
using Sillage.Hosting.Modules;
using Sillage.Specifications;
using Sillage.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Messaging.Tests;

/// <summary>A server with accounts and messaging, shared by a class of tests.</summary>
public abstract class MessagingUnderTest : IAsyncLifetime
{
    private SillageServer? _server;
    private int _names;

    public SillageServer Server => _server ?? throw new InvalidOperationException("Not started.");

    public Person Administrator { get; private set; } = null!;

    internal IDatabase<MessagingData> Database => Server.Services.GetRequiredService<IDatabase<MessagingData>>();

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        Administrator = await TestUsers.LogInAsync(Server, "admin", TestUsers.AdministratorPassword);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A name that no other test has.</summary>
    public string NewName(string kind) => $"{kind}-{Interlocked.Increment(ref _names)}";

    public Task<Person> NewPersonAsync(SillageServer? server = null) =>
        TestUsers.RegisterAsync(server ?? Server, NewName("player"));

    /// <summary>A server of a test's own, on data of its own.</summary>
    public async Task<SillageServer> StartAsync(params (string Name, string? Value)[] settings) =>
        await StartOnAsync(await PostgresAsync(), null, settings);

    /// <summary>A server on a given database; null for a fresh SQLite folder.</summary>
    public static Task<SillageServer> StartOnAsync(
        string? postgres,
        Action<WebApplicationBuilder>? configure,
        params (string Name, string? Value)[] settings
    ) => StartWithAsync([], postgres, configure, settings);

    /// <summary>The same with other modules besides.</summary>
    public static Task<SillageServer> StartWithAsync(
        IReadOnlyList<IModule> others,
        string? postgres,
        Action<WebApplicationBuilder>? configure,
        params (string Name, string? Value)[] settings
    )
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Postgres"] = postgres,
            ["Admin:Username"] = "admin",
            ["Admin:Password"] = TestUsers.AdministratorPassword,
            ["Accounts:Registration"] = "open",
            // As slow as it must be at least; what is tested does not depend on it.
            ["Accounts:PasswordIterations"] = "100000",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return SillageServer.StartAsync([new AccountsModule(), new MessagingModule(), .. others], all, configure);
    }

    /// <summary>A connection string to a fresh database; null on SQLite.</summary>
    public abstract Task<string?> PostgresAsync();

    /// <summary>The same with nothing in it yet.</summary>
    public abstract Task<string?> EmptyPostgresAsync();
}

public sealed class SqliteMessaging : MessagingUnderTest
{
    public override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);

    public override Task<string?> EmptyPostgresAsync() => PostgresAsync();
}

public sealed class PostgresMessaging(PostgresServer postgres) : MessagingUnderTest
{
    public override async Task<string?> PostgresAsync() =>
        await postgres.CreateDatabaseAsync([new AccountsModule(), new MessagingModule()]);

    public override async Task<string?> EmptyPostgresAsync() => await postgres.CreateDatabaseAsync();
}
