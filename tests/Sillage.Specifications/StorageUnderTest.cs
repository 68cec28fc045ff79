using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sillage.Storage;

namespace Sillage.Specifications;

/// <summary>A host with storage and whatever modules a test registers, started.</summary>
public sealed class StorageUnderTest : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _disposed;

    private StorageUnderTest(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    /// <summary>The services that a command without a server has: nothing is opened.</summary>
    public static ServiceProvider Offline(StoragePlace place, Action<IServiceCollection> modules)
    {
        var services = new ServiceCollection();
        services.AddStorage();
        services.Configure<StorageOptions>(place.Configure);
        modules(services);
        return services.BuildServiceProvider();
    }

    /// <summary>Starts storage in <paramref name="place"/>; a second start there finds what the first left.</summary>
    public static async Task<StorageUnderTest> StartAsync(StoragePlace place, Action<IServiceCollection> modules)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddStorage();
        builder.Services.Configure<StorageOptions>(place.Configure);
        modules(builder.Services);
        var host = builder.Build();
        try
        {
            await host.StartAsync();
            return new StorageUnderTest(host);
        }
        catch
        {
            await DisposeAsync(host);
            throw;
        }
    }

    /// <summary>The module's database.</summary>
    public IDatabase<TModule> Database<TModule>() => Services.GetRequiredService<IDatabase<TModule>>();

    /// <summary>Stops the host and closes its databases; a second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _host.StopAsync();
        await DisposeAsync(_host);
    }

    private static ValueTask DisposeAsync(IHost host) => ((IAsyncDisposable)host).DisposeAsync();
}
