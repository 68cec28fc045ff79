using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Health;
using Sillage.Hosting.Pipeline;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Telemetry;
using Sillage.Storage;

namespace Sillage.Hosting;

/// <summary>Puts modules on a web application: everything that they share, in the order that a request passes it.</summary>
public static class SillageHost
{
    /// <summary>Registers what all modules share, then the modules. Settings are to be there already.</summary>
    /// <exception cref="SettingsException">A setting is not known, or its text cannot be the value.</exception>
    public static WebApplicationBuilder AddSillage(this WebApplicationBuilder builder, IReadOnlyList<IModule> modules)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(modules);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(modules);
        services.AddSettings<ServerOptions>("");
        services.AddSettings<StorageOptions>("");
        builder.Logging.AddSillageLogging(builder.Configuration);
        services.AddTelemetry();
        services.AddPipeline();
        services.AddHealthChecks();
        services.AddDocumentation();
        services.AddStorage();
        foreach (var module in modules)
        {
            module.AddServices(services, builder.Configuration);
        }

        services.TryAddSingleton<IIdentityAuthority, NoIdentityAuthority>();
        SettingsCheck.CheckNames(services, builder.Configuration);
        return builder;
    }

    /// <summary>Checks the settings, builds the pipeline and maps the modules' routes.</summary>
    /// <exception cref="SettingsException">A setting is out of range.</exception>
    public static WebApplication UseSillage(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        SettingsCheck.CheckValues(app.Services);
        app.UsePipeline();
        app.MapEntry();
        app.MapHealth();
        app.MapMetrics();
        app.MapDocumentation();
        foreach (var module in app.Services.GetRequiredService<IReadOnlyList<IModule>>())
        {
            module.MapRoutes(app);
        }

        return app;
    }
}
