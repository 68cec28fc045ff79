using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Hosting.Limits;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Accounts.Recovery;

/// <summary>Whose password is forgotten.</summary>
/// <param name="Account">The user name, or the address; case does not count.</param>
public sealed record ForgottenPassword([property: Required, StringLength(254, MinimumLength = 1)] string Account);

/// <summary>
/// Sends a link with which a password is chosen. Whether there is such an account is told to nobody, neither by the answer nor by the time it
/// takes: known or not, one row is looked up and one job is stored, and all the rest is done by that.
/// </summary>
internal static class ForgetPassword
{
    // An address that nobody has confirmed, given later by whoever was logged in, opens nothing.
    private const string Find = """
        SELECT id FROM account WHERE username_key = @Key OR (email_key = @Key AND email_state <> 'changed')
        ORDER BY username_key = @Key DESC, email_state = 'confirmed' DESC, username_key LIMIT 1
        """;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/auth/forgot-password", Handle)
            .AllowAnonymous()
            .LimitLogins()
            .WithTags("Accounts")
            .WithSummary("Ask for a new password by mail")
            .WithDescription(
                "Sends a link to the account's address, where there is one; the answer is the same where there is none. Where several accounts have "
                    + "an address, give the user name. 403 where this server sends no mail: then an administrator resets passwords."
            )
            .WithRequestExample(new ForgottenPassword("player-1"))
            .Produces(StatusCodes.Status202Accepted)
            .Fails(StatusCodes.Status403Forbidden);

    internal static async Task<Results<Accepted, Problem>> Handle(
        Body<ForgottenPassword> body,
        MailDelivery delivery,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        if (!await delivery.IsThereAsync(ct))
        {
            return Problem.Forbidden("This server sends no mail. Ask an administrator for a new password.");
        }

        var key = body.Value.Account.Trim().ToUpperInvariant();
        await database.WriteAsync(
            async unit =>
            {
                var found = await unit.ScalarAsync<Guid?>(Find, new { Key = key }, ct);
                await unit.EnqueueAsync(new StartReset(found ?? RandomId.Create()), null, ct);
                return true;
            },
            ct
        );
        return TypedResults.Accepted((string?)null);
    }
}
