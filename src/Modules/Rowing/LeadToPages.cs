using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;

namespace Sillage.Rowing;

/// <summary>
/// <c>/rowing</c>, the address of the pages that people are given: it leads into the console (docs/adr/0169-rowing-is-a-page-of-the-console.md).
/// </summary>
internal static class LeadToPages
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/rowing/{**page}", Handle)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("To the pages of rowing")
            .ExcludeFromDescription();

    // From here, as every link of this server: a path that is given cannot lead elsewhere.
    private static RedirectHttpResult Handle(string? page = null) =>
        TypedResults.LocalRedirect(
            new PathString("/console/rowing").Add(page is null ? default : new PathString("/" + page)).ToUriComponent()
        );
}
