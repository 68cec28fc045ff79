using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Hosting.Modules;
using Sillage.Storage;
using Xunit;

namespace Sillage.Specifications.Hosting;

/// <summary>A server with a module and the accounts, an administrator, and a clock that can be moved; shared by a class of tests.</summary>
/// <param name="modules">What runs in it.</param>
public abstract class ModuleUnderTest<TData>(IReadOnlyList<IModule> modules) : IAsyncLifetime
{
    private SillageServer? _server;
    private int _names;

    public SillageServer Server => _server ?? throw new InvalidOperationException("Not started.");

    public MovableClock Clock { get; } = new();

    public Person Administrator { get; private set; } = null!;

    public IDatabase<TData> Database => Server.Services.GetRequiredService<IDatabase<TData>>();

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        Administrator = await Server.LogInAsync(TestUsers.AdministratorName, TestUsers.AdministratorPassword);
        await RegisterAsync();
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
        StartAsync(modules, _ => { }, settings);

    /// <summary>The same with other modules, or other services.</summary>
    public async Task<SillageServer> StartAsync(
        IReadOnlyList<IModule> others,
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
            others,
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

    /// <summary>The people whom its tests need, besides the administrator.</summary>
    protected abstract Task RegisterAsync();
}
