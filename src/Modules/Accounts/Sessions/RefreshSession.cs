using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Limits;

namespace Sillage.Accounts.Sessions;

/// <summary>A refresh token.</summary>
/// <param name="RefreshToken">As login or the refresh before gave it.</param>
public sealed record Refresh(
    [property: JsonPropertyName("refresh_token"), Required, StringLength(256)] string RefreshToken
);

/// <summary>Gives the next pair of tokens.</summary>
internal static class RefreshSession
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/api/v1/auth/refresh")
            .WithSummary("Refresh the tokens")
            .WithDescription(
                "Gives a new pair for a refresh token, which counts once. A client that did not get the reply may send the same "
                    + "token again within seconds and gets the same successor; a used token that comes later, or after its successor "
                    + "was used, ends the whole session, because somebody else must have it. The refresh token of a login at `/auth/login` stays the same."
            );
        Map(routes, "/auth/refresh")
            .WithSummary("Refresh the tokens of a login with a refresh token that stays")
            .WithDescription(
                "As `/api/v1/auth/refresh`. The refresh token of a login at `/auth/login` comes back as it was."
            );
    }

    private static RouteHandlerBuilder Map(IEndpointRouteBuilder routes, string address) =>
        routes
            .MapPost(address, Handle)
            .AllowAnonymous()
            .LimitLogins()
            .WithTags("Accounts")
            .Fails(StatusCodes.Status401Unauthorized)
            .WithRequestExample(new Refresh("m3f0tOqk…"))
            .WithReplyExample(new Tokens("eyJhbGciOiJFUzI1NiIs…", "Bearer", 900, "9JvR2xcd…"));

    internal static async Task<Results<Reply<Tokens>, Problem>> Handle(
        Body<Refresh> body,
        RefreshTokens tokens,
        CancellationToken ct
    ) =>
        await tokens.TakeAsync(body.Value.RefreshToken, ct) is { } pair
            ? new Reply<Tokens>(pair) { NoStore = true }
            : Problem.Unauthorized(RefreshTokens.Refusal);
}
