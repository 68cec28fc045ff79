using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Accounts;
using Sillage.Hosting.Modules;
using Sillage.Storage;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Collections.Tests;

/// <summary>A server with accounts and collections, an administrator and two people; shared by a class of tests.</summary>
public abstract class CollectionsUnderTest : IAsyncLifetime
{
    private SillageServer? _server;
    private int _names;

    public SillageServer Server => _server ?? throw new InvalidOperationException("Not started.");

    public MovableClock Clock { get; } = new();

    /// <summary>Looks after all collections.</summary>
    public Person Administrator { get; private set; } = null!;

    /// <summary>Has records.</summary>
    public Person Student { get; private set; } = null!;

    /// <summary>Somebody else.</summary>
    public Person Other { get; private set; } = null!;

    public IDatabase<CollectionsData> Database => Server.Services.GetRequiredService<IDatabase<CollectionsData>>();

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        Administrator = await Server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        Student = await Server.RegisterAsync("student-1");
        Other = await Server.RegisterAsync("student-2");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A user name that no other test has.</summary>
    public string NewName() => $"player-{Interlocked.Increment(ref _names)}";

    /// <summary>A server of a test's own, on data of its own.</summary>
    public Task<SillageServer> StartAsync(params (string Name, string? Value)[] settings) =>
        StartAsync(Modules, _ => { }, settings);

    /// <summary>The same with other modules, or other services.</summary>
    public async Task<SillageServer> StartAsync(
        IReadOnlyList<IModule> modules,
        Action<IServiceCollection> configure,
        params (string Name, string? Value)[] settings
    )
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Postgres"] = await PostgresAsync(),
            ["Admin:Username"] = TestUsers.AdministratorName,
            ["Admin:Password"] = TestUsers.AdministratorPassword,
            ["Accounts:Registration"] = "open",
            // As slow as it must be at least; what is tested does not depend on it.
            ["Accounts:PasswordIterations"] = "100000",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return await SillageServer.StartAsync(
            modules,
            all,
            builder =>
            {
                builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
                configure(builder.Services);
            }
        );
    }

    /// <summary>A connection string to a fresh database; null on SQLite.</summary>
    public abstract Task<string?> PostgresAsync();

    public static IReadOnlyList<IModule> Modules => [new AccountsModule(), new CollectionsModule()];
}

public sealed class SqliteCollections : CollectionsUnderTest
{
    public override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class PostgresCollections(PostgresServer postgres) : CollectionsUnderTest
{
    public override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync(Modules);
}
