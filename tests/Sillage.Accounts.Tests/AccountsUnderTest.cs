using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Hosting.Modules;
using Sillage.Specifications;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Accounts.Tests;

/// <summary>A server with the accounts module, an administrator and a clock that tests can move; shared by a class of tests.</summary>
public abstract class AccountsUnderTest : IAsyncLifetime
{
    public const int PasswordRounds = 4_000;

    private SillageServer? _server;
    private int _names;

    public SillageServer Server => _server ?? throw new InvalidOperationException("Not started.");

    public MovableClock Clock { get; } = new();

    public async ValueTask InitializeAsync() => _server = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A server of a test's own, on data of its own.</summary>
    public async Task<SillageServer> StartAsync(params (string Name, string? Value)[] settings) =>
        await StartOnAsync(await PostgresAsync(), settings);

    /// <summary>A server on a given database; null for a fresh SQLite folder.</summary>
    public Task<SillageServer> StartOnAsync(string? postgres, params (string Name, string? Value)[] settings) =>
        StartAsync([new AccountsModule(), new GamesModule()], postgres, settings);

    /// <summary>A server of a test's own that has another module beside accounts.</summary>
    public async Task<SillageServer> StartBesideAsync(IModule other) =>
        await StartAsync([new AccountsModule(), other], await PostgresAsync(), []);

    private Task<SillageServer> StartAsync(
        IReadOnlyList<IModule> modules,
        string? postgres,
        (string Name, string? Value)[] settings
    )
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Postgres"] = postgres,
            ["Admin:Username"] = TestUsers.AdministratorName,
            ["Admin:Password"] = TestUsers.AdministratorPassword,
            ["Accounts:Registration"] = "open",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return SillageServer.StartAsync(
            modules,
            all,
            builder =>
            {
                builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
                // Quicker than any setting allows; nothing that is tested depends on it.
                builder.Services.PostConfigure<PasswordHasherOptions>(o => o.IterationCount = PasswordRounds);
            }
        );
    }

    /// <summary>A user name that no other test has.</summary>
    public string NewName() => $"player-{Interlocked.Increment(ref _names)}";

    /// <summary>A connection string to a fresh database; null on SQLite.</summary>
    public abstract Task<string?> PostgresAsync();
}

public sealed class SqliteAccounts : AccountsUnderTest
{
    public override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class PostgresAccounts(PostgresServer postgres) : AccountsUnderTest
{
    public override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync([new AccountsModule()]);
}
