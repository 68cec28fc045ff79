using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>A user name and password.</summary>
/// <param name="Username">The user name; case does not count.</param>
/// <param name="Password">The password.</param>
public sealed record Login(
    [property: Required, StringLength(256)] string Username,
    [property: Required, StringLength(1024)] string Password
);

/// <summary>Opens a session for whoever knows the password.</summary>
internal static class LogIn
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/auth/login", Handle)
            .AllowAnonymous()
            // The try is paid for where the password is compared, and given back if it was right.
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithTags("Accounts")
            .WithSummary("Log in")
            .WithDescription(
                "Opens a session. Too many wrong passwords in a row lock the password for some minutes; the answer is the same "
                    + "whether the name is unknown, the password wrong or the account locked."
            )
            .Fails(StatusCodes.Status401Unauthorized)
            .WithRequestExample(new Login("player-1", "k7hm-2wqa-nx9e"))
            .WithReplyExample(new Tokens("eyJhbGciOiJFUzI1NiIs…", "Bearer", 900, "m3f0tOqk…"));

    internal static async Task<Results<Reply<Tokens>, Problem>> Handle(
        Body<Login> body,
        HttpContext context,
        PasswordCheck passwords,
        SessionTokens tokens,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        var account = await passwords.RunAsync(
            body.Value.Username,
            body.Value.Password,
            context.Connection.RemoteIpAddress,
            ct
        );
        if (account is null)
        {
            return Problem.Unauthorized(PasswordCheck.Refusal);
        }

        var pair = await database.WriteAsync(
            async unit =>
            {
                // Erased, disabled or given another password since it was compared.
                var current = await new AccountStore(unit).FindAsync(account.Id, ct);
                return current is null || current.Disabled || current.SecurityStamp != account.SecurityStamp
                    ? null
                    : await tokens.OpenAsync(unit, current, context.Request.Headers.UserAgent, ct);
            },
            ct
        );
        return pair is null ? Problem.Unauthorized(PasswordCheck.Refusal) : new Reply<Tokens>(pair) { NoStore = true };
    }
}
