using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Hosting.Modules;

/// <summary><c>GET /api/v1</c>: what there is, as links; the root leads to the documentation.</summary>
internal static class EntryRoute
{
    public static void MapEntry(this IEndpointRouteBuilder routes)
    {
        // Whoever opens the bare address in a browser wants to look, or, where there is nothing to look at, to read.
        routes
            .MapGet(
                "/",
                (IReadOnlyList<IModule> modules) =>
                    TypedResults.Redirect(modules.Any(module => module.Pages.Count > 0) ? "/console" : "/docs")
            )
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("To the console, or the documentation")
            .ExcludeFromDescription();
        routes
            .MapGet("/api/v1", Handle)
            .AllowAnonymous()
            .WithName("entry")
            .WithTags("Server")
            .WithSummary("What this server offers")
            .WithReplyExample(
                new Entry(
                    "sillage",
                    "0.2.217+1a2b3c4",
                    ["accounts"],
                    new Links("/api/v1") { ["documentation"] = "/docs" }
                )
            );
    }

    private static Reply<Entry> Handle(EndpointDataSource endpoints, IReadOnlyList<IModule> modules)
    {
        var links = new Links("/api/v1")
        {
            ["documentation"] = "/docs",
            ["openapi"] = "/openapi.json",
            ["health"] = "/health",
        };
        foreach (var path in endpoints.Endpoints.OfType<RouteEndpoint>().Select(Collection).OfType<string>())
        {
            links.TryAdd(path["/api/v1/".Length..], path);
        }

        return Reply.Ok(new Entry("sillage", ProgramVersion.Current, [.. modules.Select(m => m.Name)], links));
    }

    // What can be read without knowing anything: a GET right below the entry, without a parameter in its path.
    private static string? Collection(RouteEndpoint endpoint)
    {
        var path = "/" + endpoint.RoutePattern.RawText?.Trim('/');
        var isRead = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(HttpMethods.Get) == true;
        return
            isRead
            && path.StartsWith("/api/v1/", StringComparison.Ordinal)
            && path.Count(c => c == '/') == 3
            && endpoint.RoutePattern.Parameters.Count == 0
            ? path
            : null;
    }
}

/// <summary>What a server offers.</summary>
/// <param name="Name">The product.</param>
/// <param name="Version">Its version.</param>
/// <param name="Modules">The modules that run here.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record Entry(string Name, string Version, IReadOnlyList<string> Modules, Links Links);
