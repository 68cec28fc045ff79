using System.CommandLine;
using Sillage.Accounts;
using Sillage.CommandLine;
using Sillage.Hosting;
using Sillage.Hosting.Settings;
using Sillage.Traces;

namespace Sillage;

/// <summary>The host that the verbs work with: settings read, modules registered, nothing opened yet.</summary>
internal static class Server
{
    /// <summary>Every module there is; the setting <c>Modules</c> chooses among them.</summary>
    private static readonly IModule[] AllModules = [new AccountsModule(), new TracesModule()];

    /// <summary>The application, its settings checked; starting it is up to the verb.</summary>
    /// <exception cref="SettingsException">A setting is not known or not valid.</exception>
    public static WebApplication Build(SettingFlags flags, ParseResult parsed)
    {
        var app = CreateBuilder(flags, parsed).Build();
        foreach (var address in ListenAddress.Check(app.Configuration["Urls"] ?? new ServerOptions().Urls))
        {
            app.Urls.Add(address);
        }

        return app.UseSillage();
    }

    /// <summary>A builder without the framework's defaults: they would read settings from places that we do not document.</summary>
    private static WebApplicationBuilder CreateBuilder(SettingFlags flags, ParseResult parsed)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "sillage", EnvironmentName = Environments.Production }
        );
        // Below every other place, so that any of them can ask for more.
        builder.Configuration.AddInMemoryCollection([new("Logging:LogLevel:Default", nameof(LogLevel.Warning))]);
        builder.Configuration.AddSillageConfiguration(flags.File(parsed), flags.Values(parsed));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        PostgresSetting.Check(builder.Configuration["Postgres"]);
        builder.AddSillage(ModuleSelection.Choose(AllModules, builder.Configuration));
        var noise = new StartupNoise();
        noise.AddTo(builder.Logging);
        builder.Services.AddSingleton(noise);
        return builder;
    }
}
