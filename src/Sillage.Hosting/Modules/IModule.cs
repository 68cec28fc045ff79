using System.CommandLine;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Hosting.Pages;
using Sillage.Hosting.Verbs;

namespace Sillage.Hosting.Modules;

/// <summary>
/// A module: a capability that can be switched on and off, alone in a process or beside others. Its class is the
/// module's table of contents, and the type that its database and its settings are keyed by.
/// </summary>
public interface IModule
{
    /// <summary>Lower case, as in the setting <c>Modules</c> and in the names of the module's file or schema.</summary>
    string Name { get; }

    /// <summary>
    /// The permissions that the module asks for, with the roles that hold them; none by default. They are known in every process, as a
    /// role and an API key are the same everywhere.
    /// </summary>
    IReadOnlyList<Permission> Permissions => [];

    /// <summary>The pages that the module brings to the console; none by default.</summary>
    IReadOnlyList<ConsolePage> Pages => [];

    /// <summary>Registers what the module needs: its database, settings, slices' services, event handlers.</summary>
    void AddServices(IServiceCollection services, IConfiguration configuration);

    /// <summary>
    /// Maps the module's routes. Every route needs an authenticated caller unless it says <c>AllowAnonymous()</c>.
    /// </summary>
    void MapRoutes(IEndpointRouteBuilder routes);

    /// <summary>
    /// The module's verbs for the command line; none by default. They are there whether or not the module is switched on, and ask
    /// <paramref name="host"/> for the program that they work in.
    /// </summary>
    IReadOnlyList<Command> CreateVerbs(IVerbHost host) => [];
}
