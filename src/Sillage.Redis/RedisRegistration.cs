using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Sillage.Redis.Limits;
using Sillage.Redis.SocketIO;
using Sillage.SocketIO.Backplane;

namespace Sillage.Redis;

/// <summary>Adds what processes share through Redis.</summary>
public static class RedisRegistration
{
    /// <summary>
    /// Connects the Socket.IO server with those of other processes. Where Redis is away it starts all the same, and connects once it is there.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Where Redis is, as StackExchange.Redis reads it: <c>host:port,password=…</c>.</param>
    public static IServiceCollection AddRedisBackplane(this IServiceCollection services, string configuration)
    {
        services.AddSingleton(_ => new RedisConnection(configuration));
        return services.AddSingleton<IBackplane>(provider => new RedisBackplane(
            provider.GetRequiredService<RedisConnection>(),
            provider.GetRequiredService<ILogger<RedisBackplane>>()
        ));
    }

    /// <summary>Lets the limits of requests count for all copies of a service together; after <see cref="AddRedisBackplane"/>.</summary>
    public static IServiceCollection AddRedisLimits(this IServiceCollection services)
    {
        services.AddSingleton<LimitExchange>();
        services.AddHostedService(provider => provider.GetRequiredService<LimitExchange>());
        services
            .AddHealthChecks()
            .Add(
                new HealthCheckRegistration(
                    "redis",
                    provider => provider.GetRequiredService<LimitExchange>(),
                    HealthStatus.Degraded,
                    []
                )
            );
        return services;
    }
}
