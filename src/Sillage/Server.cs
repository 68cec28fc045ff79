using System.CommandLine;
using Sillage.Accounts;
using Sillage.CommandLine;
using Sillage.Hosting;
using Sillage.Hosting.Settings;

namespace Sillage;

/// <summary>The host that the verbs work with: settings read, modules registered, nothing opened yet.</summary>
internal static class Server
{
    /// <summary>Every module there is; the setting <c>Modules</c> chooses among them.</summary>
    private static readonly IModule[] AllModules = [new AccountsModule()];

    /// <summary>A builder without the framework's defaults: they would read settings from places that we do not document.</summary>
    public static WebApplicationBuilder CreateBuilder(SettingFlags flags, ParseResult parsed)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "sillage", EnvironmentName = Environments.Production }
        );
        builder.Configuration.AddSillageConfiguration(flags.File(parsed), flags.Values(parsed));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls(ListenAddress.Check(builder.Configuration["Urls"] ?? new ServerOptions().Urls));
        return builder.AddSillage(ModuleSelection.Choose(AllModules, builder.Configuration));
    }
}
