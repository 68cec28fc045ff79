using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO;

/// <summary>Adds Socket.IO and Engine.IO servers to an application.</summary>
public static class SocketIORegistration
{
    /// <summary>Adds the services of a Socket.IO server. Its settings are checked when the host starts.</summary>
    public static IServiceCollection AddSocketIO(
        this IServiceCollection services,
        Action<SocketIOOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        Add(services, configure);
        services.TryAddSingleton(provider => new SocketIOServer(provider));
        services.AddHostedService<SocketIOLifetime>();
        return services;
    }

    /// <summary>Adds the services of Engine.IO servers. Their settings are checked when the host starts.</summary>
    public static IServiceCollection AddEngineIO(
        this IServiceCollection services,
        Action<EngineIOOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        Add(services, configure);
        return services;
    }

    /// <summary>Serves Socket.IO at a path.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path: <c>/socket.io</c> is what clients ask for if they are not told otherwise.</param>
    /// <param name="configure">Says what the server does.</param>
    /// <returns>The endpoint, for the host's policies: authorization, rate limits, hosts.</returns>
    public static IEndpointConventionBuilder MapSocketIO(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        Action<SocketIOBuilder> configure
    )
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(configure);
        var server =
            endpoints.ServiceProvider.GetService<SocketIOServer>()
            ?? throw new InvalidOperationException("Call services.AddSocketIO() first.");
        var builder = new SocketIOBuilder(endpoints.ServiceProvider);
        configure(builder);
        server.Define(builder);
        StopWithHost(endpoints, server.Engine);
        return endpoints.Map(pattern, server.Engine.HandleAsync).WithDisplayName($"Socket.IO {pattern}");
    }

    /// <summary>Serves Engine.IO alone at a path.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path: <c>/engine.io</c> is what clients ask for if they are not told otherwise.</param>
    /// <param name="handler">What the program does with connections.</param>
    /// <returns>As for <see cref="MapSocketIO"/>.</returns>
    public static IEndpointConventionBuilder MapEngineIO(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        EngineHandler handler
    )
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(handler);
        var services = endpoints.ServiceProvider;
        var metrics =
            services.GetService<SocketIOMetrics>()
            ?? throw new InvalidOperationException("Call services.AddEngineIO() first.");
        var server = new EngineServer(
            services.GetRequiredService<IOptions<EngineIOOptions>>().Value,
            handler,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            metrics,
            services.GetRequiredService<ILoggerFactory>()
        );
        StopWithHost(endpoints, server);
        return endpoints.Map(pattern, server.HandleAsync).WithDisplayName($"Engine.IO {pattern}");
    }

    private static void Add<TOptions>(IServiceCollection services, Action<TOptions>? configure)
        where TOptions : EngineIOOptions
    {
        services.AddMetrics();
        services.TryAddSingleton<SocketIOMetrics>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<TOptions>, EngineOptionsValidator<TOptions>>()
        );
        var options = services.AddOptions<TOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }
    }

    /// <summary>Clients are told before the host waits for their requests to end, which else they would not.</summary>
    private static void StopWithHost(IEndpointRouteBuilder endpoints, EngineServer server)
    {
        var lifetime = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopping.Register(server.Stop);
        lifetime.ApplicationStopped.Register(server.Dispose);
    }
}

internal sealed class EngineOptionsValidator<TOptions> : IValidateOptions<TOptions>
    where TOptions : EngineIOOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        string[] errors = [.. options.Errors()];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

/// <summary>Joins the cluster before the first request, and leaves it after the last.</summary>
internal sealed class SocketIOLifetime(SocketIOServer server) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken ct) => server.JoinClusterAsync(ct);

    public async Task StoppedAsync(CancellationToken ct)
    {
        if (server.Backplane is { } backplane)
        {
            await backplane.LeaveClusterAsync(server);
        }
    }

    public Task StartAsync(CancellationToken ct) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken ct) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken ct) => Task.CompletedTask;

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
}
