using System.CommandLine;
using Microsoft.Extensions.Options;
using Sillage.Accounts;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Accounts.Remote;
using Sillage.Collections;
using Sillage.CommandLine;
using Sillage.Gateway;
using Sillage.Hosting;
using Sillage.Hosting.Descriptions;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Settings;
using Sillage.Hosting.SocketIO;
using Sillage.Hosting.Verbs;
using Sillage.Messaging;
using Sillage.Notifications;
using Sillage.Posts;
using Sillage.RabbitMq;
using Sillage.Redis;
using Sillage.Rowing;
using Sillage.Traces;

namespace Sillage;

/// <summary>The host that the verbs work with: settings read, modules registered, nothing opened yet.</summary>
internal static class Server
{
    /// <summary>Every module there is; the setting <c>Modules</c> chooses among them.</summary>
    private static readonly IModule[] AllModules =
    [
        new AccountsModule(),
        new TracesModule(),
        new MessagingModule(),
        new PostsModule(),
        new NotificationsModule(),
        new RowingModule(),
        new CollectionsModule(),
        new GatewayModule(),
    ];

    /// <summary>The verbs that the modules bring.</summary>
    public static IEnumerable<Command> CreateVerbs(IVerbHost host) =>
        AllModules.SelectMany(module => module.CreateVerbs(host));

    /// <summary>The application, its settings checked; starting it is up to the verb.</summary>
    /// <exception cref="SettingsException">A setting is not known or not valid.</exception>
    public static WebApplication Build(SettingFlags flags, ParseResult parsed)
    {
        var app = CreateBuilder(flags, parsed).Build();
        var urls = app.Configuration["Urls"] ?? new ServerOptions().Urls;
        foreach (var address in ListenAddress.Check(urls, app.Configuration["Tls:Certificate"] is { Length: > 0 }))
        {
            app.Urls.Add(address);
        }

        app.UseSillage();
        if (!HasAccounts(app.Services.GetRequiredService<IReadOnlyList<IModule>>()))
        {
            app.MapRemoteAccounts();
        }

        if (
            app.Services.GetRequiredService<IOptions<RemoteAccountsOptions>>().Value.Credential is
            { Length: > 0 } shared
        )
        {
            app.MapServiceDescription(shared);
        }

        return app;
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
        builder.WebHost.UseKestrelHttpsConfiguration();
        PostgresSetting.Check(builder.Configuration["Postgres"]);
        var modules = ModuleSelection.Choose(AllModules, builder.Configuration);
        if (!HasAccounts(modules))
        {
            builder.Services.AddRemoteAccounts(builder.Configuration);
        }

        builder.Services.AddLiveSettings();
        builder.Services.AddRabbitMqBus(builder.Configuration);
        builder.AddSillage(modules, [.. AllModules.Except(modules)]);
        if (builder.Configuration["Redis"] is { Length: > 0 } redis)
        {
            builder.Services.AddRedisBackplane(redis).AddRedisLimits();
        }

        var noise = new StartupNoise();
        noise.AddTo(builder.Logging);
        builder.Services.AddSingleton(noise);
        return builder;
    }

    private static bool HasAccounts(IReadOnlyList<IModule> modules) => modules.Any(module => module is AccountsModule);
}
