using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sillage.Api.Problems;

namespace Sillage.Hosting.Pipeline;

/// <summary>
/// Refuses what a page of somebody else makes a browser send in its user's name: a request that changes something, comes
/// from a foreign page (Fetch Metadata, or an <c>Origin</c> that is not this server's), and brings no credential that a page must
/// itself hold. A browser adds a password that it once was told (RFC 7617) to such a request; a token or a key it cannot add.
/// </summary>
internal sealed class ForeignPageMiddleware(RequestDelegate next, IOptions<CorsSettings> cors)
{
    private static readonly Problem Refusal = Problem.Forbidden(
        "This comes from a web page of another origin. If that page is yours, name its origin in the setting Cors:Origins."
    );

    private readonly IReadOnlyList<string> _origins = cors.Value.Origins;

    public Task InvokeAsync(HttpContext context) =>
        IsSafe(context.Request.Method) || HoldsItsCredential(context.Request) || !IsForeign(context.Request)
            ? next(context)
            : Refusal.ExecuteAsync(context);

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static bool HoldsItsCredential(HttpRequest request) =>
        request.Headers.ContainsKey("X-API-Key")
        || request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);

    private bool IsForeign(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (_origins is ["*"] || _origins.Contains(origin))
        {
            return false;
        }

        // "none" is the user, by the address bar or a bookmark. Browsers without Fetch Metadata still send Origin;
        // its scheme may be that of a proxy before us.
        return request.Headers.TryGetValue("Sec-Fetch-Site", out var site)
            ? site.ToString() is not ("same-origin" or "none")
            : origin.Length > 0
                && !(
                    Uri.TryCreate(origin, UriKind.Absolute, out var page)
                    && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
                );
    }
}
