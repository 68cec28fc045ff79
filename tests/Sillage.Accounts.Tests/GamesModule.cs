using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Hosting.Modules;

namespace Sillage.Accounts.Tests;

/// <summary>Some other module: all that accounts see of it is a permission that everybody has.</summary>
public sealed class GamesModule : IModule
{
    public string Name => "games";

    public IReadOnlyList<Permission> Permissions => [new("games.play", Role.Researcher, Role.Member)];

    public void AddServices(IServiceCollection services, IConfiguration configuration) { }

    public void MapRoutes(IEndpointRouteBuilder routes) { }
}
