using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq.Tests;

/// <summary>A bus as the program registers it.</summary>
internal sealed class BusUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public BusUnderTest(string uri, params EventAlias[] aliases)
    {
        var services = Add(new ServiceCollection(), uri).AddStorage();
        foreach (var alias in aliases)
        {
            services.AddSingleton(alias);
        }

        _services = services.BuildServiceProvider();
    }

    public IEventBus Bus => _services.GetRequiredService<IEventBus>();

    /// <summary>Registers the bus.</summary>
    public static IServiceCollection Add(IServiceCollection services, string uri)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Bus:RabbitMq"] = uri,
                    ["Bus:WatchInterval"] = "00:00:00.2",
                    ["Bus:ConfirmTimeout"] = "00:00:05",
                }
            )
            .Build();
        return services.AddSingleton<IConfiguration>(configuration).AddRabbitMqBus(configuration);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
