using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Factors;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;

namespace Sillage.Accounts.Sessions;

/// <summary>A user name and password.</summary>
/// <param name="Username">The user name, or the address of somebody who registered with it alone; case does not count.</param>
/// <param name="Password">The password.</param>
/// <param name="Code">The code that the app of the second factor shows, or a recovery code; only where the account has one.</param>
public sealed record Login(
    [property: Required, StringLength(256)] string Username,
    [property: Required, StringLength(1024)] string Password,
    [property: StringLength(FactorCheck.LongestCode, MinimumLength = 1)] string? Code = null
);

/// <summary>Opens a session for whoever knows the password.</summary>
internal static class LogIn
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/api/v1/auth/login", Handle)
            .WithSummary("Log in")
            .WithDescription(
                "Opens a session. Too many wrong passwords in a row lock the password for some minutes; the answer is the same "
                    + "whether the name is unknown, the password wrong or the account locked. Where the password is right and the account has "
                    + "a second factor, a 401 whose `errors` name `/code` says that the code is missing, wrong or used: send the same again "
                    + "with `code`. Wrong codes count as wrong passwords do."
            );
        Map(routes, "/auth/login", HandleFixed)
            .WithSummary("Log in with a refresh token that stays")
            .WithDescription(
                "As `/api/v1/auth/login`, for clients that never store another refresh token: the one that is given here stays the same until the session ends. "
                    + "Whoever gets hold of it can therefore refresh as long as its owner, and nothing shows it."
            );
    }

    private static RouteHandlerBuilder Map(IEndpointRouteBuilder routes, string address, Delegate handler) =>
        routes
            .MapPost(address, handler)
            .AllowAnonymous()
            // The try is paid for where the password is compared, and given back if it was right.
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithTags("Accounts")
            .Fails(StatusCodes.Status401Unauthorized)
            .WithRequestExample(new Login("player-1", "k7hm-2wqa-nx9e"))
            .WithReplyExample(new Tokens("eyJhbGciOiJFUzI1NiIs…", "Bearer", 900, "m3f0tOqk…"));

    private static Task<Results<Reply<Tokens>, Problem>> Handle(
        Body<Login> body,
        HttpContext context,
        Logins logins,
        CancellationToken ct
    ) => RunAsync(body.Value, context, logins, isFixed: false, ct);

    private static Task<Results<Reply<Tokens>, Problem>> HandleFixed(
        Body<Login> body,
        HttpContext context,
        Logins logins,
        CancellationToken ct
    ) => RunAsync(body.Value, context, logins, isFixed: true, ct);

    private static async Task<Results<Reply<Tokens>, Problem>> RunAsync(
        Login request,
        HttpContext context,
        Logins logins,
        bool isFixed,
        CancellationToken ct
    )
    {
        var login = await logins.RunAsync(
            request.Username,
            request.Password,
            request.Code,
            context.Connection.RemoteIpAddress,
            context.Request.Headers.UserAgent.ToString(),
            ct,
            isFixed
        );
        return login.Tokens is { } pair ? new Reply<Tokens>(pair) { NoStore = true } : login.Refusal;
    }
}
