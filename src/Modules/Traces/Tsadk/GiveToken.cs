using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;

namespace Sillage.Traces.Tsadk;

/// <summary>Gives a token for a password.</summary>
internal static class GiveToken
{
    /// <summary>A token.</summary>
    /// <param name="Token">Goes where the user name goes, with any password; or into <c>Authorization: Bearer</c>.</param>
    public sealed record TokenReply(string Token);

    public static void Map(RouteGroupBuilder utilities) =>
        utilities
            .MapGet("/token", Handle)
            .RequirePermission(Permission.Self)
            .WithSummary("Get a TSADK token")
            .WithDescription(
                "For user name and password, a token that counts for a day (`Accounts:LongTokenLifetime`) and opens a session "
                    + "like any login: it ends with it. A token or an API key does not buy another one."
            )
            .Produces<TokenReply>(StatusCodes.Status200OK, "application/json")
            .WithReplyExample(new TokenReply("eyJhbGciOiJFUzI1NiIs…"))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(HttpContext http, Caller caller, ILongTokens tokens)
    {
        var ct = http.RequestAborted;
        if (caller.Kind != CredentialKind.Password)
        {
            // Else whoever finds a token could renew it for ever.
            return Problem.Forbidden("A token is given for a user name and password only.");
        }

        var token = await tokens.OpenAsync(caller.Id, http.Request.Headers.UserAgent, ct);
        http.Response.Headers.CacheControl = "no-store";
        return token is null
            ? Problem.Unauthorized("The account is gone, or has got a second factor.")
            : TypedResults.Json(new TokenReply(token), Json.Options);
    }
}
