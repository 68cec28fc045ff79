using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Sillage.Api.Access;
using Sillage.Gateway.Entry;
using Sillage.Gateway.Forwarding;
using Sillage.Gateway.Overview;
using Sillage.Gateway.Routing;
using Sillage.Hosting;
using Sillage.Hosting.Descriptions;
using Sillage.Hosting.Health;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Sillage.Gateway;

/// <summary>
/// The one address of a deployment of many processes: asks the services that the settings name what they answer, and sends them what
/// comes for them. Without such settings it does nothing.
/// </summary>
public sealed class GatewayModule : IModule
{
    private const string Named = $"{GatewayOptions.Section}:{nameof(GatewayOptions.Services)}";

    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(2);

    // Below the services' Limits:KeepAlive, so that no connection is used that the other side is just closing.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);

    /// <inheritdoc />
    public string Name => "gateway";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<GatewayOptions>(GatewayOptions.Section);
        var names = configuration.GetSection(Named).GetChildren().Select(service => service.Key).ToList();
        if (names.Count == 0)
        {
            return;
        }

        services.AddSingleton<Copies.Services>();
        services.AddSingleton<RouteTable>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<RouteTable>().Config);
        services.AddSingleton<RetryBudget>();
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<IPipelinePart, GatewayEntry>();
        services.AddHostedService<ServiceWatch>();
        services.AddHttpClient(ServiceWatch.Client).RemoveAllLoggers();
        // What matters of it is logged here, once an outage.
        services.AddLogging(logging => logging.AddFilter("Yarp", LogLevel.Error));
        services
            .AddReverseProxy()
            .AddTransforms(Transforms.Add)
            .ConfigureHttpClient(
                (_, handler) => (handler.ConnectTimeout, handler.PooledConnectionIdleTimeout) = (Connecting, Idle)
            );
        foreach (var name in names)
        {
            var required = configuration.GetValue($"{Named}:{name}:{nameof(GatewayService.Required)}", true);
            services
                .AddHealthChecks()
                .Add(
                    new HealthCheckRegistration(
                        HealthRoutes.OfService + name,
                        provider => new ServiceHealthCheck(provider.GetRequiredService<Copies.Services>()[name]),
                        required ? HealthStatus.Unhealthy : HealthStatus.Degraded,
                        []
                    )
                );
        }
    }

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<RouteTable>() is not { } table)
        {
            return;
        }

        MergedDocument.Map(routes);
        routes
            .MapReverseProxy(proxy => proxy.UseMiddleware<ForwardRequest>())
            .ConfigureEndpoints((endpoint, route) => Describe(endpoint, table.Find(route.RouteId)));
    }

    // The pipeline here treats it as the service's own would; who has to be known, ForwardRequest asks.
    private static void Describe(IEndpointConventionBuilder endpoint, ServiceRoute route)
    {
        endpoint.WithMetadata(route, new AllowAnonymousAttribute());
        if (route.IgnoresCredentials)
        {
            endpoint.WithMetadata(new IgnoresCredentialsMetadata());
        }

        if (route.LimitsLogins)
        {
            endpoint.LimitLogins();
        }

        if (route.IsUnlimited)
        {
            endpoint.WithMetadata(new UnlimitedMetadata());
        }

        if (route.BodyLimit is { } most)
        {
            endpoint.WithMetadata(new RequestSizeLimitAttribute(most));
        }
    }
}
