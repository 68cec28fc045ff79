using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Hosting.Pages;

namespace Sillage.Rowing;

/// <summary>
/// The pages, which are the console's (docs/adr/0169-rowing-is-a-page-of-the-console.md), and <c>/rowing</c>, the address that people are given: it leads there.
/// </summary>
internal static class RowingPages
{
    public static ConsolePage Page { get; } = new("rowing", 40, "Rowing", "Aviron") { For = [RowingPermission.Read] };

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/rowing/{**page}", Handle)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("To the pages of rowing")
            .ExcludeFromDescription();

    // From here, as every link of this server: a path that is given cannot lead elsewhere.
    private static RedirectHttpResult Handle(HttpRequest request, string? page = null) =>
        TypedResults.LocalRedirect(
            new PathString("/console/rowing").Add(page is null ? default : new PathString("/" + page)).ToUriComponent()
                + request.QueryString
        );
}
