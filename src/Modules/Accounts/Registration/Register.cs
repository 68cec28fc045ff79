using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Limits;
using Sillage.Storage;

namespace Sillage.Accounts.Registration;

/// <summary>An account to be made.</summary>
/// <param name="Username">1 to 64 letters (A to Z, a to z), digits and <c>. _ - @ +</c>, beginning with a letter or digit; unique without case.</param>
/// <param name="Password">At least 10 characters (a setting), at most 256.</param>
/// <param name="Email">An e-mail address; optional.</param>
/// <param name="DisplayName">The name to show, at most 100 characters; optional.</param>
public sealed record NewAccount(
    [property: Required, Username] string Username,
    [property: Required, StringLength(PasswordRules.MaximumLength)] string Password,
    [property: Email] string? Email = null,
    [property: StringLength(100, MinimumLength = 1), PlainText] string? DisplayName = null
);

/// <summary>Lets a person make their own account, where the server allows it.</summary>
internal static class Register
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/auth/register", Handle)
            .AllowAnonymous()
            .LimitLogins()
            .WithTags("Accounts")
            .WithSummary("Register")
            .WithDescription("Makes a member account. Only where the setting Accounts:Registration is open.")
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict)
            .WithRequestExample(new NewAccount("player-1", "three wet oars", null, "Player One"))
            .WithReplyExample(Account.Example);

    internal static async Task<Results<CreatedReply<Account>, Problem>> Handle(
        Body<NewAccount> body,
        HttpContext context,
        IdempotencyKey key,
        NewAccounts accounts,
        IDatabase<AccountsData> database,
        IOptions<AccountsOptions> options,
        CancellationToken ct
    )
    {
        if (options.Value.Registration != RegistrationMode.Open)
        {
            return Problem.Forbidden("Registration is closed on this server. Ask an administrator for an account.");
        }

        var request = body.Value;
        var account = await accounts.PrepareAsync(
            request.Username,
            request.Password,
            Role.Member,
            context.Connection.RemoteIpAddress,
            ct
        );
        account.Describe(request.DisplayName, request.Email);
        key.Names(account.Id);
        try
        {
            return await key.RunAsync<Account>(
                database,
                async unit =>
                    await accounts.StoreAsync(unit, account, "account.registered", null, ct) is { } taken
                        ? taken
                        : accounts.Created(account),
                ct
            );
        }
        catch (UniqueViolationException)
        {
            // Two at once: the other one was faster.
            return IdentityResults.NameTaken();
        }
    }
}
