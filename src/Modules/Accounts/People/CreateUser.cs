using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Accounts.Registration;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.People;

/// <summary>An account that an administrator makes for somebody.</summary>
/// <param name="Username">1 to 64 letters (A to Z, a to z), digits and <c>. _ - @ +</c>, beginning with a letter or digit; unique without case.</param>
/// <param name="Password">Absent, one is generated and shown in the reply.</param>
/// <param name="Role"><c>administrator</c>, <c>researcher</c> or <c>member</c>, which is the default.</param>
/// <param name="Email">An e-mail address; optional.</param>
/// <param name="DisplayName">The name to show, at most 100 characters; optional.</param>
public sealed record NewUser(
    [property: Required, Username] string Username,
    [property: StringLength(PasswordRules.MaximumLength)] string? Password = null,
    [property: Role] string? Role = null,
    [property: Email] string? Email = null,
    [property: StringLength(100, MinimumLength = 1), PlainText] string? DisplayName = null
);

/// <summary>Makes an account for somebody.</summary>
internal static class CreateUser
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapPost("", Handle)
            .RequirePermission(AccountsPermission.ManageAccounts)
            .WithSummary("Create an account")
            .WithDescription(
                "With the password given, or with a generated one that is shown in this reply and never again."
            )
            .WithRequestExample(new NewUser("researcher", null, Role.Researcher))
            .WithReplyExample(
                Account.Example with
                {
                    Username = "researcher",
                    Role = Role.Researcher,
                    Password = "k7hm-2wqa-nx9e",
                }
            )
            .Fails(StatusCodes.Status409Conflict);

    internal static async Task<Results<CreatedReply<Account>, Problem>> Handle(
        Body<NewUser> body,
        IdempotencyKey key,
        Caller caller,
        NewAccounts accounts,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        var request = body.Value;
        if (ByApiKey.RefuseRole(caller, Role.Member, request.Role ?? Role.Member) is { } refused)
        {
            return refused;
        }

        var generated = request.Password is null ? GeneratedPassword.Create() : null;
        var account = await accounts.PrepareAsync(
            request.Username,
            request.Password ?? generated!,
            request.Role ?? Role.Member,
            null,
            ct
        );
        account.Describe(request.DisplayName, request.Email);
        key.Names(account.Id);
        try
        {
            return await key.RunAsync<Account>(
                database,
                async unit =>
                    await accounts.StoreAsync(unit, account, "account.created", caller.Id, ct) is { } taken
                        ? taken
                        : accounts.Created(account, generated),
                ct
            );
        }
        catch (UniqueViolationException)
        {
            return IdentityResults.NameTaken();
        }
    }
}
