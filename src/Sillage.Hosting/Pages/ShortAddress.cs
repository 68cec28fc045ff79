using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;

namespace Sillage.Hosting.Pages;

/// <summary>
/// <c>/{page}</c>, the address of a page of the console that people are given: it leads into the console, where it is now
/// (docs/adr/0169-rowing-is-a-page-of-the-console.md).
/// </summary>
internal static class ShortAddress
{
    public static void MapShortAddress(this IEndpointRouteBuilder routes, string name) =>
        routes
            .MapGet($"/{name}/{{**rest}}", (HttpContext context) => Handle(context, name))
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("To a page of the console")
            .ExcludeFromDescription();

    // From here, as every link of this server: a path that is given cannot lead elsewhere. What is asked goes along, as the page knows it.
    private static Task Handle(HttpContext context, string name)
    {
        var rest = (string?)context.GetRouteValue("rest");
        var page = new PathString($"{ConsoleRoutes.Address}/{name}").Add(
            rest is null ? default : new PathString("/" + rest)
        );
        return TypedResults
            .LocalRedirect(page.ToUriComponent() + context.Request.QueryString.ToUriComponent())
            .ExecuteAsync(context);
    }
}
