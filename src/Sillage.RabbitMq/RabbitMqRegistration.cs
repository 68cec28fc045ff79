using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sillage.Hosting.Settings;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq;

/// <summary>Adds the bus between processes.</summary>
public static class RabbitMqRegistration
{
    /// <summary>
    /// Makes the settings known, and where they name a RabbitMQ has it carry events. Before storage, which takes a bus of its own where there is
    /// none.
    /// </summary>
    /// <exception cref="SettingsException">The setting is no address of a RabbitMQ.</exception>
    public static IServiceCollection AddRabbitMqBus(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<BusOptions>("Bus");
        if (configuration["Bus:RabbitMq"] is not { Length: > 0 } uri)
        {
            return services;
        }

        Check(uri);
        services.AddSingleton<BusMetrics>();
        services.AddSingleton<RabbitMqBus>();
        services.AddSingleton<IEventBus>(provider => provider.GetRequiredService<RabbitMqBus>());
        services
            .AddHealthChecks()
            .Add(
                new HealthCheckRegistration(
                    "bus",
                    provider => new BusHealthCheck(
                        provider.GetRequiredService<RabbitMqBus>(),
                        provider.GetRequiredService<BusMetrics>()
                    ),
                    HealthStatus.Degraded,
                    []
                )
            );
        return services;
    }

    /// <summary>Sees whether it is an address. Its text is never repeated: it holds a password.</summary>
    internal static void Check(string uri)
    {
        if (
            !Uri.TryCreate(uri, UriKind.Absolute, out var address)
            || address.Scheme is not ("amqp" or "amqps")
            || address.Host.Length == 0
        )
        {
            throw new SettingsException(
                "The setting Bus:RabbitMq is no address of a RabbitMQ. Such as amqp://user:password@host:5672/vhost"
            );
        }
    }
}
