using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Pipeline;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>A session to keep in cookies.</summary>
/// <param name="RefreshToken">As login gave it. Absent, that of the cookie counts: the session is refreshed.</param>
public sealed record SessionToKeep(
    [property: JsonPropertyName("refresh_token"), StringLength(256)] string? RefreshToken = null
);

/// <summary>A session that is kept in cookies.</summary>
/// <param name="ExpiresIn">How many seconds the access token in its cookie counts; then refresh.</param>
public sealed record KeptSession([property: JsonPropertyName("expires_in")] long ExpiresIn);

/// <summary>Keeps a session in a browser's cookies, refreshes it, and ends it: for pages, which are to hold no token themselves.</summary>
internal static class CookieSession
{
    private const string Find = """
        SELECT s.id, s.account_id FROM refresh_token t JOIN session s ON s.id = t.session_id WHERE t.hash = @Hash
        """;

    private sealed record Row(Guid Id, Guid AccountId);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var cookies = routes
            .MapGroup("/api/v1/auth/cookies")
            .AllowAnonymous()
            .LimitLogins()
            .WithMetadata(new SetsCookiesMetadata())
            .WithTags("Accounts");
        cookies
            .MapPost("", Keep)
            .WithSummary("Keep a session in cookies")
            .WithDescription(
                "For pages of this server: takes the refresh token that login gave, which counts no more, and sets two cookies that no script "
                    + "can read. With `{}`, refreshes the session that the cookies hold. Such a cookie is a credential like a token, for "
                    + "requests from this server's own pages only."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden)
            .WithRequestExample(new SessionToKeep("m3f0tOqk…"))
            .WithReplyExample(new KeptSession(900));
        cookies
            .MapDelete("", End)
            .WithSummary("End the session in the cookies")
            .WithDescription("Ends the session at once, and takes the cookies away. Without them nothing is done.")
            .Fails(StatusCodes.Status403Forbidden);
    }

    internal static async Task<Results<Reply<KeptSession>, Problem>> Keep(
        Body<SessionToKeep> body,
        HttpContext context,
        RefreshTokens tokens,
        IOptions<AccountsOptions> options,
        CancellationToken ct
    )
    {
        var token = body.Value.RefreshToken ?? SessionCookies.ReadRefresh(context.Request);
        var pair = token is null ? null : await tokens.TakeAsync(token, ct);
        if (pair is null)
        {
            SessionCookies.Clear(context);
            return Problem.Unauthorized(RefreshTokens.Refusal);
        }

        SessionCookies.Set(
            context,
            pair.AccessToken,
            TimeSpan.FromSeconds(pair.ExpiresIn),
            pair.RefreshToken,
            options.Value.RefreshTokenLifetime
        );
        return new Reply<KeptSession>(new KeptSession(pair.ExpiresIn)) { NoStore = true };
    }

    internal static async Task<NoContent> End(
        HttpContext context,
        AccountStates states,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        if (SessionCookies.ReadRefresh(context.Request) is { } token)
        {
            await database.WriteAsync(
                async unit =>
                    await unit.FirstOrDefaultAsync<Row>(Find, new { Hash = Digest.BytesOf(token) }, ct) is { } session
                    && await OpenSessions.EndAsync(unit, states, session.AccountId, session.Id, ct),
                ct
            );
        }

        SessionCookies.Clear(context);
        return TypedResults.NoContent();
    }
}
