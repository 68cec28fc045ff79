using System.CommandLine;
using Sillage.CommandLine;
using Sillage.Hosting;

namespace Sillage;

/// <summary>The host that the verbs work with: settings read, modules registered, nothing opened yet.</summary>
internal static class Server
{
    /// <summary>Loopback only: who wants to be reached from elsewhere says so.</summary>
    public const string DefaultUrls = "http://localhost:8000";

    /// <summary>Every module there is; the setting <c>Modules</c> chooses among them.</summary>
    private static readonly IModule[] AllModules = [];

    /// <summary>A builder without the framework's defaults: they would read settings from places that we do not document.</summary>
    public static WebApplicationBuilder CreateBuilder(SettingFlags flags, ParseResult parsed)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "sillage", EnvironmentName = Environments.Production }
        );
        builder.Configuration.AddInMemoryCollection(flags.Values(parsed));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls(builder.Configuration["Urls"] ?? DefaultUrls);
        return builder.AddSillage(AllModules);
    }
}
