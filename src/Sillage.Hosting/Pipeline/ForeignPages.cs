using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Sillage.Hosting.Pipeline;

/// <summary>Tells requests that a page of somebody else makes a browser send from those of pages that may act for their user.</summary>
internal sealed class ForeignPages(IOptions<CorsSettings> cors)
{
    private readonly CorsSettings _cors = cors.Value;

    /// <summary>
    /// Whether a request comes from a page of another origin that the settings do not name. Without a cookie, <c>*</c> names
    /// every origin; with one, an origin is to be named, and <c>Cors:Credentials</c> to be on.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="byCookie">Whether it acts by a cookie, or sets one.</param>
    public bool IsForeign(HttpRequest request, bool byCookie)
    {
        var origin = request.Headers.Origin.ToString();
        if (byCookie ? _cors.Credentials && _cors.Origins.Contains(origin) : _cors.Allows(origin))
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
