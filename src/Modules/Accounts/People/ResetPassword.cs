using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Passwords;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;

namespace Sillage.Accounts.People;

/// <summary>A new password, to be handed over.</summary>
/// <param name="Username">Whose it is.</param>
/// <param name="Password">Shown here and never again.</param>
/// <param name="Links">What one can do next.</param>
public sealed record NewPassword(string Username, string Password, Links Links);

/// <summary>Gives somebody a new password, for those who have lost theirs.</summary>
internal static class ResetPassword
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapPost("/{id:guid}/password", Handle)
            .RequirePermission(Permission.ManageAccounts)
            .WithSummary("Reset a password")
            .WithDescription(
                "Generates a password, shown in this reply and never again. Unlocks the account and ends all its sessions; its API keys stay."
            )
            .WithReplyExample(
                new NewPassword("player-1", "k7hm-2wqa-nx9e", new Links { ["account"] = Account.Example.Links["self"] })
            )
            .Fails(StatusCodes.Status404NotFound);

    internal static async Task<Results<Reply<NewPassword>, Problem>> Handle(
        Guid id,
        Caller caller,
        PasswordReset reset,
        CancellationToken cancellationToken
    ) =>
        await reset.RunAsync(manager => manager.FindByIdAsync(id.ToString()), caller.Id, cancellationToken)
            is var (username, password)
            ? new Reply<NewPassword>(
                new NewPassword(username, password, new Links { ["account"] = $"/api/v1/users/{id}" })
            )
            {
                NoStore = true,
            }
            : Problem.NotFound();
}
