using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Hosting.Pipeline;

/// <summary>
/// Refuses what a page of somebody else makes a browser send in its user's name: a request that changes something, comes
/// from a foreign page (Fetch Metadata, or an <c>Origin</c> that is not this server's), and brings no credential that a page must
/// itself hold. A browser adds a password that it once was told (RFC 7617) or a cookie to such a request; a token or a key it cannot
/// add.
/// </summary>
internal sealed class ForeignPageMiddleware(RequestDelegate next, ForeignPages pages)
{
    private static readonly Problem Refusal = Problem.Forbidden(
        "This comes from a web page of another origin. If that page is yours, name its origin in the setting Cors:Origins."
    );

    public Task InvokeAsync(HttpContext context) =>
        IsSafe(context.Request.Method) || !IsRefused(context) ? next(context) : Refusal.ExecuteAsync(context);

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static bool HoldsItsCredential(HttpRequest request) =>
        request.Headers.ContainsKey("X-API-Key")
        || request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);

    private bool IsRefused(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<SetsCookiesMetadata>() is not null)
        {
            return pages.IsForeign(context.Request, byCookie: true);
        }

        return !HoldsItsCredential(context.Request)
            && pages.IsForeign(context.Request, SessionCookies.IsBrought(context.Request));
    }
}
