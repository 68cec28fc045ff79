using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sillage.Redis.SocketIO;
using Sillage.SocketIO.Backplane;
using StackExchange.Redis;

namespace Sillage.Redis;

/// <summary>Adds what processes share through Redis.</summary>
public static class RedisRegistration
{
    /// <summary>Connects the Socket.IO server with those of other processes.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Where Redis is, as StackExchange.Redis reads it: <c>host:port,password=…</c>.</param>
    public static IServiceCollection AddRedisBackplane(this IServiceCollection services, string configuration) =>
        services.AddSingleton<IBackplane>(provider => new RedisBackplane(
            ConnectionMultiplexer.Connect(configuration),
            provider.GetRequiredService<ILogger<RedisBackplane>>()
        ));
}
