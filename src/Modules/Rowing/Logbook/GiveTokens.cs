using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Hosting.Limits;

namespace Sillage.Rowing.Logbook;

/// <summary>Gives tokens as OAuth 2 does (RFC 6749), for a password or a refresh token.</summary>
internal static class GiveTokens
{
    private const string FormType = "application/x-www-form-urlencoded";
    private const int LongestForm = 16 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/concept2/oauth/access_token", Handle)
            .Accepts<string>(FormType)
            .Produces<object>(StatusCodes.Status200OK, "application/json", LogbookReply.MediaType)
            .AllowAnonymous()
            // What a client sends as its own credential is none of a person.
            .WithMetadata(new IgnoresCredentialsMetadata())
            .LimitLogins()
            .WithTags("Concept2 Logbook")
            .WithProblemForm(LogbookReply.Form)
            .WithSummary("Get tokens for the Logbook's API")
            .WithDescription(
                "A form with `grant_type` `password` (`username`, `password`) or `refresh_token`. What else a client sends (`client_id`, `client_secret`, `scope`) is passed over. The tokens are those of any login and count as long."
            )
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Handle(HttpContext http, CancellationToken ct)
    {
        if (
            !http.Request.HasFormContentType
            || http.Request.ContentType?.StartsWith(FormType, StringComparison.OrdinalIgnoreCase) is not true
        )
        {
            return Problem.UnsupportedMediaType([FormType]);
        }

        if (await ReadAsync(http) is not { } form)
        {
            return Error("invalid_request", "The form is not valid, or too long.");
        }

        string Field(string name) => form.TryGetValue(name, out var value) ? value.ToString() : "";
        var grant = Field("grant_type");
        if (grant is not ("password" or "refresh_token"))
        {
            return grant.Length == 0
                ? Error("invalid_request", "grant_type is needed.")
                : Error("unsupported_grant_type", "password and refresh_token are supported.");
        }

        if (http.RequestServices.GetService<IPasswordGrants>() is not { } grants)
        {
            return Problem.Unavailable(
                "Tokens are given by the process that has the accounts.",
                TimeSpan.FromMinutes(1)
            );
        }

        var tokens =
            grant == "password"
                ? await grants.LogInAsync(
                    Field("username"),
                    Field("password"),
                    http.Connection.RemoteIpAddress,
                    http.Request.Headers.UserAgent,
                    ct
                )
                : await grants.RefreshAsync(Field("refresh_token"), ct);
        http.Response.Headers.CacheControl = "no-store";
        return tokens is null
            ? Error("invalid_grant", "The user name, password or refresh token is not right.")
            : new Tokens(tokens);
    }

    private static async Task<Dictionary<string, Microsoft.Extensions.Primitives.StringValues>?> ReadAsync(
        HttpContext http
    )
    {
        // As every body: within what an account, or nobody in particular, may have in memory.
        var body = await RawBody.ReadAsync(http);
        if (body.Length > LongestForm)
        {
            return null;
        }

        try
        {
            using var reader = new FormReader(Encoding.UTF8.GetString(body.Span))
            {
                KeyLengthLimit = 100,
                ValueLengthLimit = 2048,
                ValueCountLimit = 50,
            };
            return await reader.ReadFormAsync(http.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static IResult Error(string error, string description) =>
        LogbookReply.Ok(
            new JsonObject
            {
                ["error"] = error,
                ["error_description"] = description,
                ["message"] = description,
                ["status_code"] = StatusCodes.Status400BadRequest,
            },
            StatusCodes.Status400BadRequest
        );

    private sealed class Tokens(GrantedTokens granted) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            var body = new JsonObject
            {
                ["access_token"] = granted.AccessToken,
                ["token_type"] = "Bearer",
                ["expires_in"] = granted.ExpiresIn,
                ["refresh_token"] = granted.RefreshToken,
            };
            return httpContext.Response.WriteAsync(body.ToJsonString(), httpContext.RequestAborted);
        }
    }
}
