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
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Limits;

namespace Sillage.Accounts.Setup;

/// <summary>The first administrator.</summary>
/// <param name="Token">The one-time token of the link shown at start, also in the file <c>setup-token</c> of the data folder.</param>
/// <param name="Username">The user name to have.</param>
/// <param name="Password">At least 10 characters (a setting), at most 256.</param>
public sealed record FirstAccount(
    [property: Required, StringLength(100)] string Token,
    [property: Required, Username] string Username,
    [property: Required, StringLength(PasswordRules.MaximumLength)] string Password
);

/// <summary>Makes the first administrator, once.</summary>
internal static class SetUp
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/setup", Handle)
            .AllowAnonymous()
            .LimitLogins()
            .WithTags("Accounts")
            .WithSummary("Make the first administrator")
            .WithDescription(
                "Works once, with the token of the link that the server shows at start as long as it has no administrator."
            )
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .WithRequestExample(new FirstAccount("6hG3…", "admin", "three wet oars"))
            .WithReplyExample(Account.Example with { Username = "admin", Role = Role.Administrator });

    internal static async Task<Results<CreatedReply<Account>, Problem>> Handle(
        Body<FirstAccount> body,
        HttpContext context,
        FirstAdministrator administrator,
        NewAccounts accounts,
        CancellationToken ct
    )
    {
        if (await administrator.HasAdministratorAsync(ct))
        {
            return FirstAdministrator.AlreadyDone();
        }

        var request = body.Value;
        var account = await accounts.PrepareAsync(
            request.Username,
            request.Password,
            Role.Administrator,
            context.Connection.RemoteIpAddress,
            ct
        );
        return await administrator.MakeAsync(account, request.Token, ct) is { } problem
            ? problem
            : accounts.Created(account);
    }
}
