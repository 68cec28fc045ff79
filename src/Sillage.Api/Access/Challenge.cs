using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Api.Access;

/// <summary>401, with what would be accepted as a credential (RFC 9110 section 11.6.1).</summary>
/// <param name="reason">Why the credential that came is none; without it, that one is needed.</param>
public sealed class Challenge(
    string reason = "This needs a credential: an access token, a user name and password, or an API key."
) : IResult
{
    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        // A browser that sees Basic on a fetch opens a dialog of its own over the page that knows better.
        httpContext.Response.Headers.WWWAuthenticate = httpContext.Request.Headers.ContainsKey("Sec-Fetch-Mode")
            ? "Bearer realm=\"sillage\""
            : "Bearer realm=\"sillage\", Basic realm=\"sillage\", charset=\"UTF-8\"";
        return Problem.Unauthorized(reason).ExecuteAsync(httpContext);
    }
}
