using Sillage.Accounts;
using Sillage.Hosting;
using Sillage.Hosting.Modules;
using Sillage.Hosting.SocketIO;
using Sillage.SocketIO;

namespace Sillage.Servers.SocketIO;

/// <summary>The same in the product: through its whole pipeline, every client by an access token.</summary>
internal static class Product
{
    public static void Map(NamespaceBuilder io) =>
        io.On("join", (ClientSocket socket, string room) => socket.Join(room))
            .On(
                "say",
                (ClientSocket socket, string room, string text) => socket.Namespace.To(room).EmitAsync("said", text)
            );

    public static async Task RunAsync(string[] args)
    {
        var data = Directory.CreateTempSubdirectory("sillage-benchmark-").FullName;
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "sillage", EnvironmentName = Environments.Production }
        );
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Urls"] = args[Array.IndexOf(args, "--urls") + 1],
                ["Data"] = data,
                ["Admin:Username"] = "admin",
                ["Admin:Password"] = "three wet oars",
                // All clients come from one address, and by one account.
                ["Limits:RateLimits:Enabled"] = "false",
                ["Limits:ConnectionsPerAddress"] = "100000",
            }
        );
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.AddSillage([new AccountsModule(), new Live()]);
        builder.Logging.ClearProviders();
        try
        {
            var app = builder.Build();
            app.Urls.Add(builder.Configuration["Urls"]!);
            await app.UseSillage().RunAsync();
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private sealed class Live : IModule
    {
        public string Name => "live";

        public void AddServices(IServiceCollection services, IConfiguration configuration) =>
            services.AddNamespaces(live => Map(live.RequireAuthorization()));

        public void MapRoutes(IEndpointRouteBuilder routes) =>
            routes.MapGet("/memory", (bool collect) => new { heap = GC.GetTotalMemory(collect) }).AllowAnonymous();
    }
}
