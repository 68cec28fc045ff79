using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts;
using Sillage.Specifications;
using Sillage.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Traces.Tests;

/// <summary>A server with accounts and traces, an administrator and two researchers; shared by a class of tests.</summary>
public abstract class TracesUnderTest : IAsyncLifetime
{
    private SillageServer? _server;
    private int _studies;

    public SillageServer Server => _server ?? throw new InvalidOperationException("Not started.");

    /// <summary>Everything, save identities.</summary>
    public Person Administrator { get; private set; } = null!;

    /// <summary>Owns what tests make.</summary>
    public Person Researcher { get; private set; } = null!;

    /// <summary>A researcher with no right in anything.</summary>
    public Person Stranger { get; private set; } = null!;

    /// <summary>A member who takes part in nothing.</summary>
    public Person Member { get; private set; } = null!;

    public IDatabase<TracesData> Database => Server.Services.GetRequiredService<IDatabase<TracesData>>();

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        Administrator = await TestUsers.LogInAsync(Server, "admin", TestUsers.AdministratorPassword);
        Researcher = await TestUsers.RegisterAsync(Server, "researcher", "researcher");
        Stranger = await TestUsers.RegisterAsync(Server, "stranger", "researcher");
        Member = await TestUsers.RegisterAsync(Server, "member", "member");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A slug that no other test has.</summary>
    public string NewSlug() => $"study-{Interlocked.Increment(ref _studies)}";

    /// <summary>A server of a test's own, on data of its own.</summary>
    public async Task<SillageServer> StartAsync(params (string Name, string? Value)[] settings) =>
        await StartOnAsync(await PostgresAsync(), settings);

    /// <summary>A server on a given database; null for a fresh SQLite folder.</summary>
    public static Task<SillageServer> StartOnAsync(string? postgres, params (string Name, string? Value)[] settings)
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

        return SillageServer.StartAsync([new AccountsModule(), new TracesModule()], all);
    }

    /// <summary>A connection string to a fresh database; null on SQLite.</summary>
    public abstract Task<string?> PostgresAsync();
}

public sealed class SqliteTraces : TracesUnderTest
{
    public override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class PostgresTraces(PostgresServer postgres) : TracesUnderTest
{
    public override async Task<string?> PostgresAsync() =>
        await postgres.CreateDatabaseAsync([new AccountsModule(), new TracesModule()]);
}

internal static class ServerServices
{
    /// <summary>The connection string that the server runs on.</summary>
    public static string? Postgres(this IServiceProvider services) =>
        services.GetRequiredService<Microsoft.Extensions.Options.IOptions<StorageOptions>>().Value.Postgres;
}
