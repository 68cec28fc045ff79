using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Processes;
using Sillage.Hosting.Settings;
using Sillage.Hosting.SocketIO.Plain;
using Sillage.SocketIO;
using Sillage.SocketIO.Transport;

namespace Sillage.Hosting.SocketIO;

/// <summary>Gives modules live connections.</summary>
public static class LiveRegistration
{
    /// <summary>
    /// Adds what a module has to say to live clients, at <c>/socket.io</c>. The first module that does brings the server with it: callers
    /// are known by the product's credentials, <see cref="NamespaceBuilder.RequireAuthorization"/> names permissions.
    /// </summary>
    /// <param name="services">The module's services.</param>
    /// <param name="map">Maps the module's namespaces, once the server starts.</param>
    public static IServiceCollection AddNamespaces(this IServiceCollection services, Action<SocketIOBuilder> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        services.AddSingleton(new LiveNamespaces(map));
        if (services.Any(service => service.ServiceType == typeof(LiveSockets)))
        {
            return services;
        }

        services.AddLiveSettings();
        services.TryAddSingleton<LiveCredentials>();
        services.AddSingleton<LiveSockets>();
        services.AddSingleton<LiveLimits>();
        services.AddSingleton<RefreshToken>();
        services.AddSingleton<SocketIOGate, LiveGate>();
        services.AddSingleton<IRoutePart, LiveRoutes>();
        services.AddSingleton<IRoutePart, LivePages>();
        services.AddSingleton<IRoutePart, PlainRoute>();
        services.AddSingleton<ConnectionCount, LiveConnectionCount>();
        services.AddSingleton<IPostConfigureOptions<KestrelServerOptions>, CountedByTheBridge>();
        services.AddSocketIO();
        services.AddSingleton<IConfigureOptions<SocketIOOptions>, OfThisProcess>();
        services.AddSocketIOTransport();
        return services;
    }

    /// <summary>Makes the settings of live connections known, whether or not a module of this process has any.</summary>
    public static IServiceCollection AddLiveSettings(this IServiceCollection services) =>
        services.Any(service => service.ServiceType == typeof(LiveSettingsMarker))
            ? services
            : services.AddSingleton<LiveSettingsMarker>().AddSettings<LiveOptions>("Live");

    private sealed class LiveSettingsMarker;

    /// <summary>Kestrel's own limit would keep connections in the HTTP layer (docs/adr/0052-a-transport-that-lets-go.md).</summary>
    private sealed class CountedByTheBridge : IPostConfigureOptions<KestrelServerOptions>
    {
        public void PostConfigure(string? name, KestrelServerOptions options) =>
            options.Limits.MaxConcurrentConnections = null;
    }

    /// <summary>The origins that count elsewhere too, and the process's name in the ids of its sessions, by which a gateway finds it.</summary>
    private sealed class OfThisProcess(IOptions<CorsOptions> cors, ProcessInstance instance)
        : IConfigureOptions<SocketIOOptions>
    {
        public void Configure(SocketIOOptions options)
        {
            options.Cors = cors.Value.GetPolicy(cors.Value.DefaultPolicyName);
            options.SessionPrefix = instance.Tag;
        }
    }
}

/// <summary>What one module maps.</summary>
internal sealed record LiveNamespaces(Action<SocketIOBuilder> Map);
