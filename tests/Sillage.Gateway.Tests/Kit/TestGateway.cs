using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Settings;
using Sillage.Specifications.Hosting;

namespace Sillage.Gateway.Tests.Kit;

/// <summary>A gateway before copies of one service, <c>things</c>.</summary>
internal static class TestGateway
{
    public const string Credential = "the processes of one deployment know each other by this";

    public static Task<SillageServer> StartAsync(params TestService[] copies) =>
        StartAsync(new Dictionary<string, string?>(), copies);

    public static Task<SillageServer> StartAsync(Dictionary<string, string?> settings, params TestService[] copies)
    {
        settings["Accounts:Remote:Credential"] = Credential;
        settings["Gateway:Poll"] = "00:00:00.1";
        settings["Gateway:Patience"] = "00:00:10";
        foreach (var (copy, i) in copies.Select((copy, i) => (copy, i)))
        {
            settings[$"Gateway:Services:things:Addresses:{i}"] = copy.Address;
        }

        return SillageServer.StartAsync([new SharedSettings(), new GatewayModule()], settings);
    }

    /// <summary>What every process has besides.</summary>
    private sealed class SharedSettings : IModule
    {
        public string Name => "shared";

        public void AddServices(IServiceCollection services, IConfiguration configuration)
        {
            services.AddSettings<RemoteAccountsOptions>(RemoteAccountsOptions.Section);
            services.AddSingleton<IIdentityAuthority, Authority>();
        }

        public void MapRoutes(IEndpointRouteBuilder routes) { }
    }

    private sealed class Authority : IIdentityAuthority
    {
        private static readonly CredentialCheck Refused = CredentialCheck.Refused("Nobody is known here.");

        public ValueTask<CredentialCheck> CheckTokenAsync(string token, CancellationToken ct) => new(Refused);

        public ValueTask<CredentialCheck> CheckPasswordAsync(
            string username,
            string password,
            IPAddress? from,
            CancellationToken ct
        ) => new(Refused);

        public ValueTask<CredentialCheck> CheckApiKeyAsync(string key, CancellationToken ct) => new(Refused);
    }
}
