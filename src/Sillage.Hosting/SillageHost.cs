using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Course;
using Sillage.Hosting.Discovery;
using Sillage.Hosting.Events;
using Sillage.Hosting.Health;
using Sillage.Hosting.Jobs;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Pages;
using Sillage.Hosting.Processes;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Telemetry;
using Sillage.Hosting.Tls;
using Sillage.Hosting.Upkeep;
using Sillage.Storage;

namespace Sillage.Hosting;

/// <summary>Puts modules on a web application: everything that they share, in the order that a request passes it.</summary>
public static class SillageHost
{
    /// <summary>
    /// Registers what all modules share, then the modules. Settings are to be there already. Of the modules
    /// <paramref name="elsewhere"/>, which run in other processes, it registers what is known everywhere: settings and permissions.
    /// </summary>
    /// <exception cref="SettingsException">A setting is not known, or its text cannot be the value.</exception>
    public static WebApplicationBuilder AddSillage(
        this WebApplicationBuilder builder,
        IReadOnlyList<IModule> modules,
        IReadOnlyList<IModule>? elsewhere = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(modules);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(modules);
        services.AddSingleton<ProcessInstance>();
        services.AddSingleton(
            new Permissions([
                .. ServerPermission.All,
                .. modules.Concat(elsewhere ?? []).SelectMany(module => module.Permissions),
            ])
        );
        services.AddSettings<ServerOptions>("");
        services.AddSettings<StorageOptions>("");
        services.AddSettings<DiscoveryOptions>(DiscoveryOptions.Section);
        services.AddSingleton<ServiceRecords>();
        builder.Logging.AddSillageLogging(builder.Configuration);
        services.AddTelemetry(builder.Configuration);
        services.AddPipeline();
        services.AddTls(builder.Configuration);
        services.AddHealthChecks();
        services.AddSingleton<HealthReports>();
        services.AddBackups();
        services.AddDocumentation();
        services.AddProblemForm(CourseRoutes.Form);
        services.AddSingleton<IPipelinePart, CourseHeaders>();
        services.AddStorage();
        foreach (var module in modules)
        {
            services.AddSingleton(new DocumentedModule(module.Name, module.GetType()));
            module.AddServices(services, builder.Configuration);
        }

        services.AddSettingsOf(elsewhere ?? [], builder.Configuration);
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
        app.MapCourseHealth();
        app.MapMetrics();
        app.MapServer();
        app.MapSettings();
        app.MapLog();
        app.MapBackups();
        app.MapJobs();
        app.MapParkedEvents();
        app.MapDocumentation();
        var modules = app.Services.GetRequiredService<IReadOnlyList<IModule>>();
        app.MapConsole(modules.Select(module => (module.GetType().Assembly, module.Pages)));
        foreach (var module in modules)
        {
            module.MapRoutes(app);
        }

        foreach (var part in app.Services.GetServices<IRoutePart>())
        {
            part.MapRoutes(app);
        }

        return app;
    }
}
