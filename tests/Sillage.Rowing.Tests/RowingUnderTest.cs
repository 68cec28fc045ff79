using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts;
using Sillage.Hosting.Modules;
using Sillage.Notifications;
using Sillage.Specifications;
using Sillage.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Rowing.Tests;

/// <summary>A server with accounts, notifications and rowing, and a few people; shared by a class of tests.</summary>
public abstract class RowingUnderTest : IAsyncLifetime
{
    protected static readonly IReadOnlyList<IModule> Modules =
    [
        new AccountsModule(),
        new NotificationsModule(),
        new RowingModule(),
    ];

    private SillageServer? _server;
    private int _rowers;

    public SillageServer Server => _server ?? throw new InvalidOperationException("Not started.");

    /// <summary>Somebody else.</summary>
    public Person Stranger { get; private set; } = null!;

    public IDatabase<RowingData> Database => Server.Services.GetRequiredService<IDatabase<RowingData>>();

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        Stranger = await Server.RegisterAsync("stranger");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>Somebody who has no workouts yet.</summary>
    public Task<Person> NewRowerAsync() => Server.RegisterAsync($"rower-{Interlocked.Increment(ref _rowers)}");

    /// <summary>A connection string to a fresh database; null on SQLite.</summary>
    protected abstract Task<string?> PostgresAsync();

    private async Task<SillageServer> StartAsync() =>
        await SillageServer.StartAsync(
            Modules,
            new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Postgres"] = await PostgresAsync(),
                ["Admin:Username"] = TestUsers.AdministratorName,
                ["Admin:Password"] = TestUsers.AdministratorPassword,
                ["Accounts:Registration"] = "open",
                // As slow as it must be at least; what is tested does not depend on it.
                ["Accounts:PasswordIterations"] = "100000",
            }
        );
}

public sealed class SqliteRowing : RowingUnderTest
{
    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class PostgresRowing(PostgresServer postgres) : RowingUnderTest
{
    protected override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync(Modules);
}
